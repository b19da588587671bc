import { ExtensionDirectory } from '../../src/modules/agents/extensions/extension-directory.service.js';
import { ChangeFeed } from '../../src/modules/change-feed/change-feed.js';
import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import { AGENT_201, SUPERVISOR, type TestApp } from '../support/app.js';
import { crmTask } from '../support/call-tasks.js';
import { eventually } from '../support/eventually.js';
import { assigned, EXTENSIONS, useExtensions } from '../support/extension-desk.js';

/** As the CRM issues tokens: they name no extension. */
const AGENT_7: TokenRequest = { userId: 7, role: 'agent' };
const AGENT_8: TokenRequest = { userId: 8, role: 'agent' };
const NUMBER = '01712345678';

const extensions = useExtensions();
let app: TestApp;

beforeEach(() => {
  app = extensions.app;
});

const assign = (extension: string, body: object, who = SUPERVISOR) =>
  app.put(`${EXTENSIONS}/${extension}`, body, who);

async function held(userId: number): Promise<unknown[]> {
  const { body } = await app.get(`${EXTENSIONS}?userId=${userId}`, SUPERVISOR);
  return body.items.map(({ extension, isPrimary }: Record<string, unknown>) => [extension, isPrimary]);
}

describe('the extensions', () => {
  it('are at first what the configuration names, entered once', async () => {
    const { body } = await app.get(EXTENSIONS, SUPERVISOR);
    expect(body.items.map(({ extension, kind }: Record<string, unknown>) => [extension, kind])).toEqual([
      ['600', 'group'],
      ['900', 'unattended'],
      ['voicemail', 'unattended'],
    ]);
    expect(body.items[0]).toMatchObject({ memberExtensions: ['201', '202'], assignedBy: null });
  });

  it('are assigned by a supervisor, and the first of a user is the primary one', async () => {
    const { status, body } = await assign('201', { userId: 7, label: 'Desk 1' });
    expect([status, body]).toEqual([
      200,
      {
        extension: '201',
        kind: 'agent',
        userId: 7,
        members: [],
        memberExtensions: [],
        label: 'Desk 1',
        isPrimary: true,
        claimable: false,
        assignedBy: 1,
        assignedAt: expect.any(String),
      },
    ]);
    await assigned(app, '202', { userId: 7 });
    expect(await held(7)).toEqual([
      ['201', true],
      ['202', false],
    ]);
    await assigned(app, '202', { userId: 7, isPrimary: true });
    expect(await held(7)).toEqual([
      ['201', false],
      ['202', true],
    ]);
  });

  it('change hands: the former holder has another one as primary, and the history keeps both', async () => {
    await assigned(app, '201', { userId: 7 });
    await assigned(app, '202', { userId: 7 });
    await assigned(app, '201', { userId: 8 });
    expect([await held(7), await held(8)]).toEqual([[['202', true]], [['201', true]]]);
    const history = await app.db.query(
      `SELECT user_id, to_at = 'infinity' AS holds FROM telephony_extension_history WHERE extension = '201' ORDER BY id`,
    );
    expect(history).toEqual([
      { user_id: 7, holds: false },
      { user_id: 8, holds: true },
    ]);
  });

  it('assigned as they are, or with another label, add nothing to the history', async () => {
    await assigned(app, '201', { userId: 7 });
    const { body: first } = await assign('201', { userId: 7 });
    const { body: labelled } = await assign('201', { userId: 7, label: 'Desk 1' });
    expect([labelled.label, labelled.assignedAt]).toEqual(['Desk 1', first.assignedAt]);
    expect(
      await app.db.query(`SELECT FROM telephony_extension_history WHERE extension = '201'`),
    ).toHaveLength(1);
  });

  it('without a label are found by a part of their number', async () => {
    await assigned(app, '201', { userId: 7 });
    const { body } = await app.get(`${EXTENSIONS}?q=20`, SUPERVISOR);
    expect(body.items).toMatchObject([{ extension: '201', label: null }]);
  });

  it.each([
    [{}, 'userId is required'],
    [{ userId: 7, members: [8] }, 'members are for a group or a queue'],
    [{ kind: 'group' }, 'members are required'],
    [{ kind: 'queue', userId: 7, members: [8] }, 'userId is for an extension of an agent'],
    [{ kind: 'group', memberExtensions: ['201'] }, 'must not name the extension itself'],
    [{ userId: null, isPrimary: true }, 'isPrimary is for an extension that a user holds'],
    [{ userId: 7, holder: 8 }, 'holder'],
  ])('are not assigned by %j', async (body, problem) => {
    const answer = await assign('201', body);
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(JSON.stringify(answer.body)).toContain(problem);
  });

  it.each(['600', '900', 'VoiceMail'])(
    'of a group have not %s as a member, which nobody holds',
    async (member) => {
      const { status, body } = await assign('700', { kind: 'group', memberExtensions: ['201', member] });
      expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
      expect(JSON.stringify(body)).toContain(`${member.toLowerCase()} is of kind`);
      expect((await app.get(`${EXTENSIONS}?q=700`, SUPERVISOR)).body.total).toBe(0);
    },
  );

  it('that are members of a group become no group, queue or machine', async () => {
    await assigned(app, '201', { userId: 7 });
    for (const body of [{ kind: 'group', members: [7] }, { kind: 'unattended' }]) {
      const answer = await assign('201', body);
      expect([answer.status, answer.body.details]).toEqual([
        400,
        [{ field: 'kind', problem: expect.stringContaining('201 is a member of 600'), rule: 'unsuitable' }],
      ]);
    }
    expect(await held(7)).toEqual([['201', true]]);
  });

  it('are no emergency numbers', async () => {
    expect((await assign('999', { userId: 7 })).body.code).toBe('NUMBER_EMERGENCY');
  });

  it('are forgotten by a supervisor, which the audit tells', async () => {
    await assigned(app, '201', { userId: 7 });
    expect((await app.delete(`${EXTENSIONS}/201`, SUPERVISOR)).status).toBe(204);
    const again = await app.delete(`${EXTENSIONS}/201`, SUPERVISOR);
    expect([again.status, again.body.code]).toEqual([404, 'EXTENSION_NOT_FOUND']);
    const acts = (await app.audit()).map(({ action, subject, outcome }) => [action, subject, outcome]);
    expect(acts).toEqual([
      ['extension.assign', 'extension:201', 'done'],
      ['extension.remove', 'extension:201', 'done'],
      ['extension.remove', 'extension:201', 'refused'],
    ]);
  });

  it('are for supervisors alone', async () => {
    for (const answer of [
      await app.get(EXTENSIONS),
      await app.get(`${EXTENSIONS}/unassigned`),
      await assign('201', { userId: 7 }, AGENT_201),
      await app.delete(`${EXTENSIONS}/201`),
      await app.post(`${EXTENSIONS}/import`, { csv: 'extension' }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([403, 'FORBIDDEN']);
    }
  });

  it('that calls name and nobody holds are listed, the most frequent first', async () => {
    await assigned(app, '201', { userId: 7 });
    await assigned(app, '203', { userId: null, claimable: true });
    await app.db.query(
      `INSERT INTO telephony_calls (customer_phone, agent_phone, started_at)
       SELECT '', extension, now() - age FROM (VALUES ('201', interval '1 h'), ('203', '1 h'), ('205', '2 h'), ('205', '3 h'),
         ('206', '31 days'), ('VOICEMAIL', '1 h'), ('600', '1 h'), ('+8801712345678', '1 h')) AS call (extension, age)`,
    );
    const { body } = await app.get(`${EXTENSIONS}/unassigned`, SUPERVISOR);
    expect(body.items).toEqual([
      { extension: '205', calls: 2, lastAt: expect.any(String) },
      { extension: '203', calls: 1, lastAt: expect.any(String) },
    ]);
  });
});

it('extensions are read again when announcements of other instances may have been lost', async () => {
  await app.db.query(
    `INSERT INTO telephony_extensions (extension, kind, user_id) VALUES ('201', 'agent', 7)`,
  );
  app.nest.get(ChangeFeed).reportGap('Redis was away');
  await eventually(() => expect(app.nest.get(ExtensionDirectory).extensionsOf(7)).toEqual(['201']));
});

describe('the history of an extension', () => {
  it('tells who held it, newest first, and when it was given up', async () => {
    await assigned(app, '207', { userId: 7 });
    await assigned(app, '207', { userId: 8 });
    const { body } = await app.get(`${EXTENSIONS}/207/history`, SUPERVISOR);
    expect(body.items).toMatchObject([
      { kind: 'agent', userId: 8, to: null },
      { kind: 'agent', userId: 7, to: body.items[0].from },
    ]);
  });

  it('is empty of one that was never assigned, and is for supervisors', async () => {
    expect((await app.get(`${EXTENSIONS}/299/history`, SUPERVISOR)).body).toEqual({ items: [] });
    expect((await app.get(`${EXTENSIONS}/299/history`, AGENT_7)).status).toBe(403);
  });
});

describe('an agent', () => {
  const claim = (extension: string, who: TokenRequest) =>
    app.post('/api/telephony/agents/me/extension', { extension }, who);

  it('sits down at an extension that may be claimed, and leaves the one where he sat', async () => {
    await assigned(app, '201', { userId: 7, claimable: true });
    await assigned(app, '202', { userId: 8, claimable: true });
    expect((await claim('202', AGENT_7)).body).toMatchObject({
      extension: '202',
      userId: 7,
      isPrimary: true,
    });
    expect([await held(7), await held(8)]).toEqual([[['202', true]], []]);
  });

  it.each(['203', '204', '600'])('does not claim %s, which is not offered', async (extension) => {
    await assigned(app, '203', { userId: 8 });
    const { status, body } = await claim(extension, AGENT_7);
    expect([status, body.code]).toEqual([403, 'EXTENSION_NOT_YOURS']);
  });

  it('does not claim another extension than that of his token', async () => {
    await assigned(app, '202', { userId: null, claimable: true });
    expect((await claim('202', AGENT_201)).body.code).toBe('EXTENSION_NOT_YOURS');
  });

  const start = (who: TokenRequest, body: object = {}) =>
    app.post('/api/call/start', { customer_number: NUMBER, ...body }, who);

  it('calls from his primary extension when neither the token nor the request names one', async () => {
    expect((await start(AGENT_7)).body.message).toContain('none is assigned to you');
    await assigned(app, '202', { userId: 7 });
    expect((await start(AGENT_7)).status).toBe(200);
    expect(await app.onlyCall()).toMatchObject({ agentPhone: '202', agentUserId: 7 });
  });

  it('who holds extensions calls from none but these', async () => {
    expect((await start(AGENT_7, { agent_extension: '209' })).status).toBe(200);
    await assigned(app, '202', { userId: 8 });
    const { status, body } = await start(AGENT_8, { agent_extension: '209' });
    expect([status, body.code]).toEqual([403, 'EXTENSION_NOT_YOURS']);
    expect((await start(AGENT_8, { agent_extension: '202' })).status).toBe(200);
  });

  it('for whom a supervisor calls from a task is rung at his own extension', async () => {
    await assigned(app, '202', { userId: 8 });
    const taskId = await crmTask(app, { customer_id: NUMBER, call_reason: 'follow_up' });
    const path = '/api/telephony/calls/initiate';
    expect((await app.post(path, { taskId, agentUserId: 8 }, SUPERVISOR)).status).toBe(201);
    expect(await app.onlyCall()).toMatchObject({ agentPhone: '202', agentUserId: 8, taskId });
  });

  it('with an extension in his token calls from that one, whoever holds it', async () => {
    await assigned(app, '201', { userId: 8 });
    expect((await start(AGENT_201)).status).toBe(200);
    expect(await app.onlyCall()).toMatchObject({ agentPhone: '201', agentUserId: 7 });
  });
});
