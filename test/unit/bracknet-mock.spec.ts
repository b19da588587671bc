import { BracknetMock } from '../../src/modules/telephony/bracknet/bracknet-mock.js';
import type { Pbx } from '../../src/modules/telephony/calls/pbx.js';
import { CALL, HANGUP, TRANSFER } from '../support/bracknet-peer.js';

describe('the mock PBX', () => {
  it('gives every call a unique id that identifies it as a mock', async () => {
    const pbx: Pbx = new BracknetMock();
    const answers = await Promise.all(Array.from({ length: 500 }, () => pbx.start(CALL)));
    const ids = answers.map(({ bracknetCallId }) => bracknetCallId);
    expect(new Set(ids).size).toBe(500);
    expect(ids.filter((id) => !/^BN-MOCK-[0-9A-F]{16}$/.test(id))).toEqual([]);
  });

  it('logs that no real call is made', async () => {
    const { message } = await new BracknetMock().start();
    expect(message).toBe('Call initiated (mock mode: no call leaves this machine)');
  });

  it('hangs up and transfers any call', async () => {
    const pbx: Pbx = new BracknetMock();
    await expect(pbx.hangup(HANGUP)).resolves.toBeUndefined();
    await expect(pbx.transfer(TRANSFER)).resolves.toBeUndefined();
  });
});
