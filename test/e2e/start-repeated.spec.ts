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
import { closeOpenCalls } from '../support/sweep.js';

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

  describe('after the process that waited for the PBX was killed', () => {
    const KEYED = { 'Idempotency-Key': 'click-1' };

    /** Makes the row as it is after a kill between the request to the PBX and the storing of its answer. */
    async function startAndKill(headers: Record<string, string> = {}): Promise<number> {
      const { body } = await start(headers);
      await app.db.query(
        `UPDATE telephony_calls SET meta = meta #- '{start,answer}', external_call_id = NULL,
                created_at = now() - interval '6 s', updated_at = now() - interval '6 s'`,
      );
      peer.received.length = 0;
      return body.telephonyCallId;
    }

    it.each([
      ['the same click', {}],
      ['the same key', KEYED],
    ])('%s is told at once that the outcome is unknown, and is not sent', async (_what, headers) => {
      const id = await startAndKill(headers);
      const began = Date.now();
      const { status, body, headers: answered } = await start(headers);
      expect([status, body.code]).toEqual([409, 'CALL_OUTCOME_UNKNOWN']);
      expect(body.message).toContain(`call ${id},`);
      expect(Number(answered['retry-after'])).toBeGreaterThan(0);
      expect(Date.now() - began).toBeLessThan(4_000);
      expect(peer.received).toEqual([]);
    });

    it('a new key insists', async () => {
      await startAndKill(KEYED);
      expect((await start({ 'Idempotency-Key': 'click-2' })).status).toBe(200);
      expect(peer.received).toHaveLength(1);
    });

    it('the same key has success and the id of the PBX, once an event shows that the call was placed', async () => {
      const id = await startAndKill(KEYED);
      const crm_call_id = `TELEPHONY-${id}`;
      await app.webhook('one-shot', { event: 'ringing', bracknet_call_id: 'BN-LATE', crm_call_id });
      const { status, body } = await start(KEYED);
      expect([status, body]).toEqual([
        200,
        expect.objectContaining({
          status: 'success',
          bracknet_call_id: 'BN-LATE',
          telephonyCallId: id,
          mode: 'live',
        }),
      ]);
      expect(peer.received).toEqual([]);
    });

    it('the same key starts another call, once the sweeper has closed the first', async () => {
      const id = await startAndKill(KEYED);
      await closeOpenCalls(app);
      const { status, body } = await start(KEYED);
      expect([status, body.status]).toEqual([200, 'success']);
      expect(body.telephonyCallId).not.toBe(id);
      expect(peer.received).toHaveLength(1);
      const again = await start(KEYED);
      expect([again.status, again.body]).toEqual([200, body]);
      expect(peer.received).toHaveLength(1);
    });
  });

  it('after the PBX has refused is sent again', async () => {
    behaviour = answers(400, { status: 'error', message: 'Extension is not registered' });
    expect((await start()).body.code).toBe('PBX_REFUSED');
    behaviour = accepts;
    expect((await start()).status).toBe(200);
  });
});
