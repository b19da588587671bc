import { AGENT_201, AGENT_202, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PbxEvents } from '../support/pbx-events.js';

const NOTE = '/api/telephony/calls/1/note';

describe('the note of a call', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    await app.clear();
    await new PbxEvents(app).incoming('NOTE-1', 0, '01712345678');
  });

  it('is empty until it is written, and then what was written last', async () => {
    const empty = { callId: 1, note: '', outcome: null, writtenBy: null, writtenAt: null };
    expect((await app.get(NOTE)).body).toEqual(empty);
    await app.put(NOTE, { note: 'Asks for', outcome: null });
    const { status, body } = await app.put(NOTE, { note: 'Asks for red\nshoes', outcome: 'callback' });
    expect([status, body]).toEqual([
      200,
      {
        callId: 1,
        note: 'Asks for red\nshoes',
        outcome: 'callback',
        writtenBy: 7,
        writtenAt: expect.any(String),
      },
    ]);
    expect((await app.get(NOTE, SUPERVISOR)).body).toEqual(body);
  });

  it('may be emptied again', async () => {
    await app.put(NOTE, { note: 'Wrong', outcome: 'busy' });
    expect((await app.put(NOTE, { note: '', outcome: null })).body).toMatchObject({
      note: '',
      outcome: null,
    });
  });

  it('is read, but not written, by a user who may see all calls and had no part in this one', async () => {
    const watching = await TestApp.start(database, { auth: { seeAllRoles: ['auditor'] } });
    const auditor = { userId: 90, role: 'auditor' };
    await app.put(NOTE, { note: 'Asks for red shoes', outcome: null });
    const refused = await watching.put(NOTE, { note: '', outcome: null }, auditor);
    expect([refused.status, refused.body.code]).toEqual([404, 'CALL_NOT_FOUND']);
    const read = await watching.get(NOTE, auditor);
    expect([read.status, read.body.note]).toEqual([200, 'Asks for red shoes']);
    await watching.close();
  });

  it('is not there for another agent, nor of a call that is not there', async () => {
    const note = { note: 'Mine?', outcome: null };
    for (const answer of [
      await app.get(NOTE, AGENT_202),
      await app.put(NOTE, note, AGENT_202),
      await app.put('/api/telephony/calls/99/note', note, AGENT_201),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'CALL_NOT_FOUND']);
    }
  });

  it.each([
    [{ note: 'x'.repeat(2001), outcome: null }, 'note'],
    [{ note: 'a\u0007b', outcome: null }, 'note'],
    [{ outcome: null }, 'note'],
    [{ note: '', outcome: 'two words' }, 'outcome'],
    [{ note: '' }, 'outcome'],
  ])('is refused with the field that is wrong: %j', async (body, field) => {
    const answer = await app.put(NOTE, body);
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(answer.body.details).toEqual([expect.objectContaining({ field })]);
  });

  it('is erased with the number of the call', async () => {
    await app.put(NOTE, { note: 'Lives in Cumilla', outcome: null });
    await new PbxEvents(app).ended('NOTE-1', 30);
    await app.post('/api/telephony/erasures', { number: '01712345678', dryRun: false }, SUPERVISOR);
    expect((await app.get(NOTE, SUPERVISOR)).body.note).toBe('');
  });

  it('is added to that of the other row when two rows turn out to be one call', async () => {
    const pbx = new PbxEvents(app);
    await app.clear();
    await pbx.missed(null, 10, '01712345678', '201');
    const [orphan] = await app.calls();
    await app.put(`/api/telephony/calls/${orphan?.id}/note`, { note: 'Called in vain', outcome: 'callback' });
    await pbx.incoming('NOTE-2', 0, '01712345678', '201');
    const call = await app.onlyCall();
    expect((await app.get(`/api/telephony/calls/${call.id}/note`)).body).toMatchObject({
      note: 'Called in vain',
      outcome: 'callback',
      writtenBy: 7,
    });
    expect(await app.db.query('SELECT call_id FROM telephony_call_notes')).toEqual([{ call_id: call.id }]);
  });

  it('is not written to an erased call by a page that is still open', async () => {
    await new PbxEvents(app).ended('NOTE-1', 30);
    await app.post('/api/telephony/erasures', { number: '01712345678', dryRun: false }, SUPERVISOR);
    await app.put(NOTE, { note: 'Lives in Cumilla', outcome: null }, SUPERVISOR);
    expect(await app.db.query('SELECT * FROM telephony_call_notes')).toEqual([]);
  });
});
