import { jest } from '@jest/globals';
import { Clock } from '../../src/common/time/clock.js';
import { AGENT_201, TestApp } from '../support/app.js';
import {
  accepts,
  ACCEPTED,
  answers,
  type Behaviour,
  type BracknetPeer,
  closePeersAndClients,
  KEY,
  pbxThat,
} from '../support/bracknet-peer.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PbxEvents } from '../support/pbx-events.js';

const START = { customer_number: '01712345678' };

describe('a click that is repeated', () => {
  let database: TestDatabase;
  let app: TestApp;
  let peer: BracknetPeer;
  let behaviour: Behaviour;

  beforeAll(async () => {
    database = await createTestDatabase();
    peer = await pbxThat((response, nth) => behaviour(response, nth));
    app = await TestApp.start(database, {
      bracknet: { mode: 'live', baseUrl: peer.url, apiKey: KEY, timeoutMs: 200 },
    });
  });
  afterAll(async () => {
    await app.close();
    await closePeersAndClients();
    await database.drop();
  });
  beforeEach(async () => {
    await app.clear();
    peer.received.length = 0;
    behaviour = accepts;
  });
  afterEach(() => jest.restoreAllMocks());

  const start = (headers: Record<string, string> = {}) =>
    app.post('/api/call/start', START, AGENT_201, headers);

  it('is the same click, though the clock of the PBX has moved the call six hours back', async () => {
    const first = await start();
    const behind = new PbxEvents(app, Date.now() - 6 * 3_600_000);
    await behind.answered(ACCEPTED.bracknet_call_id, 0, '201');
    const second = await start();
    expect([second.status, second.body]).toEqual([200, first.body]);
    expect(peer.received).toHaveLength(1);
  });

  describe('after the PBX has not answered in time', () => {
    beforeEach(async () => {
      behaviour = () => {
        // The PBX has the request, and answers when nobody waits any more.
      };
      const { status, body } = await start();
      expect([status, body.code]).toEqual([504, 'PBX_TIMEOUT']);
      behaviour = accepts;
    });

    it('is not sent: the answer names the call and says how to insist', async () => {
      const { id } = await app.onlyCall();
      const { status, body } = await start();
      expect([status, body.code]).toEqual([409, 'CALL_OUTCOME_UNKNOWN']);
      expect(body.message).toContain(`call ${id},`);
      expect(body.message).toContain('new Idempotency-Key');
      expect(peer.received).toHaveLength(1);
      await app.onlyCall();
    });

    it('is sent with a new Idempotency-Key', async () => {
      const { status, body } = await start({ 'Idempotency-Key': 'I-have-looked' });
      expect([status, body.status]).toEqual([200, 'success']);
      expect(peer.received).toHaveLength(2);
    });

    it('is sent after a minute', async () => {
      const later = new Date(Date.now() + 61_000);
      jest.spyOn(app.nest.get(Clock), 'now').mockReturnValue(later);
      expect((await start()).status).toBe(200);
      expect(peer.received).toHaveLength(2);
    });

    it('to another number is sent', async () => {
      const other = { customer_number: '01812345678' };
      expect((await app.post('/api/call/start', other)).status).toBe(200);
      expect(peer.received).toHaveLength(2);
    });
  });

  it('after the PBX has refused is sent again', async () => {
    behaviour = answers(400, { status: 'error', message: 'Extension is not registered' });
    expect((await start()).body.code).toBe('PBX_REFUSED');
    behaviour = accepts;
    expect((await start()).status).toBe(200);
  });
});
