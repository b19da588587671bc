import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import {
  accepts,
  answers,
  type Behaviour,
  closePeersAndClients,
  KEY,
  pbxThat,
} from '../support/bracknet-peer.js';
import { NUMBER } from '../support/call-tasks.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PbxEvents } from '../support/pbx-events.js';
import { closeOpenCalls } from '../support/sweep.js';

const A = NUMBER;
const B = '01812345678';
const E164 = { [A]: '+8801712345678', [B]: '+8801812345678' };
const DAY = 86_400;

describe('the call that an event is about', () => {
  let database: TestDatabase;
  let app: TestApp;
  let pbx: PbxEvents;
  let answerOfPbx: Behaviour = accepts;

  beforeAll(async () => {
    database = await createTestDatabase();
    const peer = await pbxThat((response, nth) => answerOfPbx(response, nth));
    app = await TestApp.start(database, { bracknet: { mode: 'live', baseUrl: peer.url, apiKey: KEY } });
  });
  afterAll(async () => {
    await app.close();
    await closePeersAndClients();
    await database.drop();
  });
  beforeEach(async () => {
    await app.clear();
    pbx = new PbxEvents(app, Date.now() - 60_000);
  });

  async function talk(id: string, from: string, begin: number): Promise<void> {
    await pbx.incoming(id, begin, from);
    await pbx.answered(id, begin + 5, '201');
    await pbx.ended(id, begin + 65, { duration: 60, end_reason: 'completed' });
  }

  it('is another one when its id comes again for another customer', async () => {
    await talk('BN-17', A, -5 * DAY);
    const [before] = await app.calls();
    await pbx.incoming('BN-17', 0, B);
    await pbx.missed('BN-17', 20, B);
    const [ofA, ...others] = await app.calls();
    expect(ofA).toEqual(before);
    expect(others).toMatchObject([
      { externalCallId: 'BN-17', customerNumberE164: E164[B], status: 'failed', disposition: 'missed' },
    ]);
    expect(await app.tasks()).toMatchObject([{ customerId: B, status: 'pending' }]);
  });

  it.each([
    ['in order', [0, 1, 2]],
    ['the beginning last', [1, 2, 0]],
    ['the end first', [2, 0, 1]],
  ])('is another one when its id comes again days later, with its events %s', async (_order, order) => {
    await talk('BN-18', A, -5 * DAY);
    const events = [
      () => pbx.incoming('BN-18', 0, B),
      () => pbx.answered('BN-18', 4, '202'),
      () => pbx.ended('BN-18', 30, { duration: 26, end_reason: 'completed' }),
    ];
    for (const index of order) await events[index]?.();
    expect(await app.calls()).toMatchObject([
      { customerNumberE164: E164[A], status: 'completed', durationSeconds: 60, agentPhone: '201' },
      { customerNumberE164: E164[B], status: 'completed', durationSeconds: 26, agentPhone: '202' },
    ]);
  });

  it('is the former customer’s, when a late event of it is dated before the next beginning', async () => {
    await pbx.incoming('BN-19', -600, A);
    await pbx.incoming('BN-19', 0, B);
    await pbx.ended('BN-19', -500, { end_reason: 'no_answer' });
    expect(await app.calls()).toMatchObject([
      { customerNumberE164: E164[A], status: 'failed' },
      { customerNumberE164: E164[B], status: 'ringing' },
    ]);
  });

  it('has one row, however late its beginning is reported', async () => {
    await pbx.ended('BN-20', 60, { duration: 50, end_reason: 'completed' });
    await pbx.answered('BN-20', 10, '201');
    await pbx.incoming('BN-20', 0, A);
    expect(await app.onlyCall()).toMatchObject({ status: 'completed', customerNumberE164: E164[A] });
  });

  it('is a started call’s, though the PBX gives it the id of another customer’s call', async () => {
    await talk('BN-21', A, -50);
    await pbx.recording('BN-21', 'https://pbx.example/a.mp3', 60);
    const [before] = await app.calls();
    answerOfPbx = answers(200, { status: 'success', bracknet_call_id: 'BN-21' });
    const { status, body } = await app.post('/api/call/start', { customer_number: B });
    expect([status, body]).toEqual([200, expect.objectContaining({ bracknet_call_id: 'BN-21' })]);
    const now = new PbxEvents(app);
    await now.answered('BN-21', 1, '201');
    await now.ended('BN-21', 31, { duration: 30, end_reason: 'completed' });
    const [ofA, ofB, ...others] = await app.calls();
    expect(ofA).toEqual(before);
    expect(ofB).toMatchObject({
      customerNumberE164: E164[B],
      direction: 'outbound',
      status: 'completed',
      durationSeconds: 30,
      recordingUrl: null,
    });
    expect(others).toEqual([]);
  });

  it('is the former customer’s, when its end comes after the id was given to a started call', async () => {
    await pbx.incoming('BN-25', -300, A);
    await pbx.answered('BN-25', -295, '201');
    answerOfPbx = answers(200, { status: 'success', bracknet_call_id: 'BN-25' });
    await app.post('/api/call/start', { customer_number: B });
    await pbx.ended('BN-25', -100, { duration: 195, end_reason: 'completed' });
    expect(await app.calls()).toMatchObject([
      { customerNumberE164: E164[A], status: 'completed', durationSeconds: 195 },
      { customerNumberE164: E164[B], status: 'initiated', endedAt: null },
    ]);
  });

  it('is a started call’s, also when the clock of the PBX is behind by hours', async () => {
    answerOfPbx = answers(200, { status: 'success', bracknet_call_id: 'BN-22' });
    await app.post('/api/call/start', { customer_number: B });
    const behind = new PbxEvents(app, Date.now() - 6 * 3_600_000);
    await behind.answered('BN-22', 5, '201');
    await behind.ended('BN-22', 35, { duration: 30, end_reason: 'completed' });
    expect(await app.onlyCall()).toMatchObject({
      status: 'completed',
      durationSeconds: 30,
      waitSeconds: null,
    });
  });

  it('is a started call’s, also when its events come before the PBX has answered the start', async () => {
    answerOfPbx = (response, nth) => {
      void pbx
        .answered('BN-23', 60, '201')
        .then(() => answers(200, { status: 'success', bracknet_call_id: 'BN-23' })(response, nth));
    };
    await app.post('/api/call/start', { customer_number: B });
    expect(await app.onlyCall()).toMatchObject({ externalCallId: 'BN-23', status: 'answered' });
  });

  describe('when its id comes again and a number is withheld', () => {
    const HOUR = 3600;

    it.each([
      ['in order', [0, 1, 2]],
      ['the customer first', [2, 0, 1]],
    ])('is the next customer’s own, after the withheld call is over (%s)', async (_how, order) => {
      const steps = [
        () => pbx.incoming('BN-40', -HOUR, 'anonymous'),
        async () => {
          await pbx.answered('BN-40', -HOUR + 5, '201');
          await pbx.ended('BN-40', -HOUR + 100, { duration: 95, end_reason: 'completed' });
        },
        async () => {
          await pbx.incoming('BN-40', -50, B);
          await pbx.missed('BN-40', -30, B);
        },
      ];
      for (const step of order) await steps[step]?.();
      const calls = (await app.calls()).toSorted((a, b) => Number(a.startedAt) - Number(b.startedAt));
      expect(calls).toMatchObject([
        { customerNumberE164: null, status: 'completed', durationSeconds: 95 },
        { customerNumberE164: E164[B], status: 'failed', disposition: 'missed' },
      ]);
      const tasks = (await app.tasks()).filter(({ status }) => status !== 'skipped');
      expect(tasks).toMatchObject([{ status: 'pending', customerId: B }]);
    });

    it('leaves the missed customer on the call desk', async () => {
      await pbx.incoming('BN-41', -HOUR, A);
      await pbx.missed('BN-41', -HOUR + 20, A);
      await pbx.incoming('BN-41', -100, 'anonymous');
      await pbx.answered('BN-41', -95, '201');
      await pbx.ended('BN-41', -50, { duration: 45, end_reason: 'completed' });
      expect(await app.calls()).toMatchObject([
        { customerNumberE164: E164[A], status: 'failed' },
        { customerNumberE164: null, status: 'completed' },
      ]);
      expect(await app.tasks()).toMatchObject([{ status: 'pending', customerId: A }]);
    });

    it('is one call while it goes on: another leg may name the number', async () => {
      await pbx.incoming('BN-42', -200, 'anonymous', '600');
      await pbx.incoming('BN-42', -190, A, '201');
      await pbx.answered('BN-42', -180, '201');
      expect(await app.onlyCall()).toMatchObject({ customerNumberE164: E164[A], status: 'answered' });
    });
  });

  it('is not that of a talk that was over before its beginning, of which nobody knows whose it was', async () => {
    await pbx.answered('BN-43', -600, '201');
    await pbx.ended('BN-43', -500, { duration: 100, end_reason: 'completed' });
    await pbx.incoming('BN-43', -60, B);
    await pbx.missed('BN-43', -30, B);
    const calls = (await app.calls()).toSorted((a, b) => Number(a.startedAt) - Number(b.startedAt));
    expect(calls).toMatchObject([
      { customerNumberE164: null, status: 'completed' },
      { customerNumberE164: E164[B], status: 'failed', disposition: 'missed' },
    ]);
    expect(await app.tasks()).toMatchObject([{ status: 'pending', customerId: B }]);
  });

  it('finds all calls of an id', async () => {
    await talk('BN-24', A, -5 * DAY);
    await talk('BN-24', B, -10);
    const calls = await app.calls();
    expect(calls.map(({ externalCallId }) => externalCallId)).toEqual(['BN-24', 'BN-24']);
  });

  describe('for a recording', () => {
    it('of an id that nobody knows yet is one that joins its call when that is heard of', async () => {
      await pbx.recording('BN-30', 'https://pbx.example/1.mp3', 60);
      await talk('BN-30', A, -50);
      expect(await app.onlyCall()).toMatchObject({
        status: 'completed',
        direction: 'inbound',
        recordingUrl: 'https://pbx.example/1.mp3',
      });
    });

    it('that stays alone is a completed call, of which status and direction are inferred', async () => {
      await pbx.recording('BN-31', 'https://pbx.example/1.mp3', 60);
      await closeOpenCalls(app);
      expect(await app.onlyCall()).toMatchObject({
        status: 'completed',
        disposition: null,
        endReason: null,
        inferred: expect.arrayContaining(['status', 'direction']),
      });
      expect(await app.tasks()).toEqual([]);
    });

    it('is the only one of its id that could have been recorded', async () => {
      await talk('BN-32', A, -5 * DAY);
      await pbx.recording('BN-32', 'https://pbx.example/a.mp3', 60);
      await talk('BN-32', B, -55);
      await pbx.recording('BN-32', 'https://pbx.example/b.mp3', 30);
      expect(await app.calls()).toMatchObject([
        { recordingUrl: 'https://pbx.example/a.mp3' },
        { customerNumberE164: E164[B] },
      ]);
    });

    it('is the later one’s of its length, also when it comes before anything else of that call', async () => {
      await talk('BN-35', A, -5 * DAY);
      await pbx.recording('BN-35', 'https://pbx.example/b.mp3', 20);
      await pbx.incoming('BN-35', -40, B);
      await pbx.answered('BN-35', -35, '202');
      await pbx.ended('BN-35', -15, { duration: 20, end_reason: 'completed' });
      const calls = await app.calls();
      expect(calls).toMatchObject([
        { customerNumberE164: E164[A], recordingUrl: null },
        { customerNumberE164: E164[B], recordingUrl: 'https://pbx.example/b.mp3' },
      ]);
      const recorded = (await app.receipts()).find(({ route }) => route === 'call-recording');
      expect(recorded).toMatchObject({ callId: calls[1]?.id });
    });

    it('is left to a supervisor when it could be of two: no customer gets another’s voice', async () => {
      await talk('BN-33', A, -5 * DAY);
      await pbx.incoming('BN-33', -50, B);
      await pbx.answered('BN-33', -45, '202');
      await pbx.recording('BN-33', 'https://pbx.example/1.mp3', 7);
      expect((await app.calls()).map(({ recordingUrl }) => recordingUrl)).toEqual([null, null]);
      const receipt = (await app.receipts()).at(-1);
      expect(receipt).toMatchObject({
        outcome: 'quarantined',
        errorCode: 'RECORDING_AMBIGUOUS',
        callId: null,
      });
      const { body } = await app.post(
        `/api/telephony/webhook-receipts/${receipt?.id}/replay`,
        {},
        SUPERVISOR,
      );
      expect(body).toMatchObject({ result: 'refused' });
    });

    it('is kept beside the others of its call, in order', async () => {
      await pbx.incoming('BN-34', 0, A);
      await pbx.answered('BN-34', 5, '201');
      await pbx.recording('BN-34', 'https://pbx.example/1.mp3', 20);
      await pbx.answered('BN-34', 30, '301');
      await pbx.ended('BN-34', 65, { duration: 60, end_reason: 'completed' });
      await pbx.recording('BN-34', 'https://pbx.example/2.mp3', 35);
      const { id, recordingUrl } = await app.onlyCall();
      expect(recordingUrl).toBe('https://pbx.example/2.mp3');
      const { body } = await app.get(`/api/telephony/calls/${id}`, AGENT_201);
      expect((body as { recordings: unknown }).recordings).toEqual([
        // Nothing is played from a host that is not one of the PBX's.
        { id: 1, url: null, durationSeconds: 20, at: expect.any(String) },
        { id: 2, url: null, durationSeconds: 35, at: expect.any(String) },
      ]);
    });
  });
});
