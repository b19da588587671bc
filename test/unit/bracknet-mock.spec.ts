import { Test } from '@nestjs/testing';
import { AppConfig } from '../../src/config/app-config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { ConfigurationError } from '../../src/config/configuration-error.js';
import { BracknetClient } from '../../src/modules/telephony/bracknet/bracknet-client.js';
import { BracknetMock } from '../../src/modules/telephony/bracknet/bracknet-mock.js';
import { BracknetModule } from '../../src/modules/telephony/bracknet/bracknet.module.js';
import { Pbx } from '../../src/modules/telephony/bracknet/pbx.js';

describe('the mock PBX', () => {
  it('gives every call an id of its own that shows it is a mock', async () => {
    const pbx: Pbx = new BracknetMock();
    const start = {
      agent_extension: '201',
      agent_id: 'A102',
      customer_number: '01712345678',
      caller_id: 'TrustCart',
      call_type: 'outbound',
      crm_call_id: 'CRM-CALL-987654',
    };
    const answers = await Promise.all(Array.from({ length: 500 }, () => pbx.start(start)));
    const ids = answers.map(({ bracknetCallId }) => bracknetCallId);
    expect(new Set(ids).size).toBe(500);
    expect(ids.filter((id) => !/^BN-MOCK-[0-9A-F]{16}$/.test(id))).toEqual([]);
    expect(answers[0]?.message).toBe('Call initiated (mock mode: no call leaves this machine)');
  });

  it('hangs up and transfers any call', async () => {
    const pbx: Pbx = new BracknetMock();
    await expect(pbx.hangup({ bracknet_call_id: 'BN-CALL-1' })).resolves.toBeUndefined();
    await expect(
      pbx.transfer({ bracknet_call_id: 'BN-CALL-1', transfer_extension: '301' }),
    ).resolves.toBeUndefined();
  });
});

describe('the PBX of the module', () => {
  const access = { baseUrl: 'http://127.0.0.1:1', apiKey: 'sk-live-7f3e2a' };

  it('is the mock in mock mode, whatever else is set', async () => {
    await expect(modeOf({ mode: 'mock', ...access })).resolves.toEqual([BracknetMock, 'mock']);
  });

  it('is the client in live mode', async () => {
    await expect(modeOf({ mode: 'live', ...access })).resolves.toEqual([BracknetClient, 'live']);
  });

  it.each(['baseUrl', 'apiKey'])('does not start in live mode without %s', async (missing) => {
    await expect(modeOf({ mode: 'live', ...access, [missing]: null })).rejects.toThrow(ConfigurationError);
  });
});

async function modeOf(
  bracknet: Pick<AppConfig['bracknet'], 'mode' | 'baseUrl' | 'apiKey'>,
): Promise<[unknown, string]> {
  const config = Object.assign(new AppConfig(), {
    bracknet: { ...bracknet, timeoutMs: 1000, webhookSecret: null },
  });
  const module = await Test.createTestingModule({
    imports: [ConfigModule.register(config), BracknetModule],
  }).compile();
  const pbx = module.get(Pbx);
  await module.close();
  return [pbx.constructor, pbx.mode];
}
