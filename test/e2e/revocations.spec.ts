import { jest } from '@jest/globals';
import request from 'supertest';
import { ChangeFeed } from '../../src/modules/change-feed/change-feed.js';
import { RevocationList } from '../../src/modules/revocations/revocation-list.service.js';
import { RevokedUserRepository } from '../../src/modules/revocations/revoked-user.repository.js';
import { AGENT_201, AGENT_202, JWT_SECRET, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { forge, secondsFromNow } from '../support/tokens.js';

const REVOCATIONS = '/api/telephony/revocations';
const CALLS = '/api/telephony/calls';

describe('tokens of a user that were withdrawn', () => {
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
    await app.nest.get(RevocationList).refresh();
  });
  afterEach(() => jest.restoreAllMocks());

  function revoke(body: object = { userId: 7, reason: 'left the company' }, who = SUPERVISOR) {
    return app.post(REVOCATIONS, body, who);
  }

  /** @param iat seconds from now; null: a token without `iat` */
  async function statusWith(iat: number | null) {
    const times = { exp: secondsFromNow(3600), ...(iat !== null && { iat: secondsFromNow(iat) }) };
    const token = forge({ alg: 'HS256' }, { id: 7, roleSlug: 'agent', type: 'user', ...times }, JWT_SECRET);
    const { status, body } = await request(app.url).get(CALLS).set('Authorization', `Bearer ${token}`);
    return [status, body.code];
  }

  async function acts(): Promise<unknown[]> {
    const { body } = await app.get('/api/telephony/audit', SUPERVISOR);
    return body.items.map(({ action, subject, outcome }: Record<string, string>) =>
      [action, subject, outcome].join(' '),
    );
  }

  it('are refused from the next request on, with what to do', async () => {
    expect((await app.get(CALLS)).status).toBe(200);
    const { status, body } = await revoke();
    expect([status, body]).toEqual([
      200,
      { userId: 7, revokedAt: expect.any(String), revokedBy: 1, reason: 'left the company' },
    ]);
    const refused = await app.get(CALLS);
    expect([refused.status, refused.body.code]).toEqual([401, 'TOKEN_REVOKED']);
    expect(refused.body.message).toContain('sign in again');
    expect(refused.headers['www-authenticate']).toBe('Bearer');
    expect((await app.get(CALLS, AGENT_202)).status).toBe(200);
  });

  it('are those issued before, up to the difference of two clocks, and those without a time of issue', async () => {
    await revoke({ userId: 7 });
    expect(await statusWith(-3600)).toEqual([401, 'TOKEN_REVOKED']);
    expect(await statusWith(0)).toEqual([401, 'TOKEN_REVOKED']);
    expect(await statusWith(null)).toEqual([401, 'TOKEN_REVOKED']);
    expect(await statusWith(8)).toEqual([200, undefined]);
    expect(await statusWith(25 * 3600)).toEqual([401, 'TOKEN_REVOKED']);
  });

  it('without a time of issue are accepted of all other users', async () => {
    await revoke({ userId: 8 });
    expect(await statusWith(null)).toEqual([200, undefined]);
  });

  it('are shown to supervisors, and accepted again when a supervisor says so', async () => {
    expect((await app.get(`${REVOCATIONS}/7`, SUPERVISOR)).body.code).toBe('REVOCATION_NOT_FOUND');
    await revoke();
    expect((await app.get(`${REVOCATIONS}/7`, SUPERVISOR)).body).toMatchObject({ userId: 7, revokedBy: 1 });
    expect((await app.delete(`${REVOCATIONS}/7`, SUPERVISOR)).status).toBe(204);
    expect((await app.get(CALLS)).status).toBe(200);
    expect((await app.delete(`${REVOCATIONS}/7`, SUPERVISOR)).body.code).toBe('REVOCATION_NOT_FOUND');
    expect(await acts()).toEqual([
      'user.restore user:7 refused',
      'user.restore user:7 done',
      'user.revoke user:7 done',
    ]);
  });

  it('are listed for supervisors, the latest revocation first', async () => {
    for (const userId of [7, 9, 10]) await revoke({ userId });
    await revoke({ userId: 7, reason: 'lost the laptop' });
    const { body } = await app.get(REVOCATIONS, SUPERVISOR);
    expect(body).toMatchObject({ total: 3, page: 1, limit: 50 });
    expect(body.items).toMatchObject([
      { userId: 7, revokedAt: expect.any(String), revokedBy: 1, reason: 'lost the laptop' },
      { userId: 10, reason: null },
      { userId: 9 },
    ]);
    const second = await app.get(`${REVOCATIONS}?limit=2&page=2`, SUPERVISOR);
    expect(second.body).toMatchObject({ items: [{ userId: 9 }], total: 3, page: 2, limit: 2 });
    expect((await app.get(`${REVOCATIONS}?limit=0`, SUPERVISOR)).body.code).toBe('VALIDATION_FAILED');
    expect((await app.get(REVOCATIONS, AGENT_202)).body.code).toBe('FORBIDDEN');
  });

  it('are withdrawn up to a later time when they are withdrawn again', async () => {
    const first = await revoke({ userId: 7, reason: 'lost the laptop' });
    const second = await revoke({ userId: 7 });
    expect(Date.parse(second.body.revokedAt)).toBeGreaterThan(Date.parse(first.body.revokedAt));
    expect(second.body.reason).toBeNull();
  });

  it.each([
    [{}, 'userId'],
    [{ userId: '7' }, 'userId'],
    [{ userId: 0 }, 'userId'],
    [{ userId: 7, reason: '' }, 'reason'],
    [{ userId: 7, until: 'tomorrow' }, 'until'],
  ])('are not withdrawn by %j', async (body, field) => {
    const answer = await revoke(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(answer.body.details).toEqual([expect.objectContaining({ field })]);
  });

  it('are withdrawn by supervisors alone', async () => {
    expect((await revoke({ userId: 8 }, AGENT_201)).status).toBe(403);
    expect((await app.get(CALLS, AGENT_202)).status).toBe(200);
  });

  it('are refused by another instance when it has read the list again', async () => {
    const list = app.nest.get(RevocationList);
    await app.db.query('INSERT INTO telephony_revoked_users (user_id) VALUES (7)');
    expect((await app.get(CALLS)).status).toBe(200);
    await list.refresh();
    expect((await app.get(CALLS)).body.code).toBe('TOKEN_REVOKED');
    await app.db.query('DELETE FROM telephony_revoked_users');
    await list.refresh();
    expect((await app.get(CALLS)).status).toBe(200);
  });

  it.each([
    ['that they were withdrawn', (feed: ChangeFeed) => feed.receive({ revocations: true })],
    ['that it may have missed something', (feed: ChangeFeed) => feed.reportGap('was away')],
  ])('are refused as soon as an instance is told %s', async (_what, tell) => {
    await app.db.query('INSERT INTO telephony_revoked_users (user_id) VALUES (7)');
    expect((await app.get(CALLS)).status).toBe(200);
    tell(app.nest.get(ChangeFeed));
    await eventually(async () => expect((await app.get(CALLS)).body.code).toBe('TOKEN_REVOKED'));
  });

  it('are the same after announcements of calls: the list is not read for them', async () => {
    const asked = jest.spyOn(app.nest.get(RevokedUserRepository), 'find');
    app.nest.get(ChangeFeed).receive({ tasks: [5] });
    expect(asked).not.toHaveBeenCalled();
  });

  it('are read again in a moment when the list cannot be read after an announcement', async () => {
    jest.spyOn(app.nest.get(RevokedUserRepository), 'find').mockRejectedValueOnce(new Error('no answer'));
    app.nest.get(ChangeFeed).receive({ revocations: true });
    await eventually(() => {
      expect(app.log).toContainEqual(
        expect.objectContaining({ msg: expect.stringContaining('could not be read') }),
      );
    });
    expect((await app.get(CALLS)).status).toBe(200);
  });

  it('are those of the later of two lists, whichever comes first', async () => {
    const list = app.nest.get(RevocationList);
    let answer: (rows: []) => void = () => undefined;
    const slow = new Promise<[]>((resolve) => (answer = resolve));
    jest.spyOn(app.nest.get(RevokedUserRepository), 'find').mockReturnValueOnce(slow);
    const reading = list.refresh();
    await app.db.query('INSERT INTO telephony_revoked_users (user_id) VALUES (7)');
    await list.refresh();
    answer([]);
    await reading;
    expect((await app.get(CALLS)).body.code).toBe('TOKEN_REVOKED');
  });

  it('stay refused while the list cannot be read', async () => {
    await revoke();
    jest.spyOn(app.nest.get(RevokedUserRepository), 'find').mockRejectedValue(new Error('no answer'));
    await expect(app.nest.get(RevocationList).refresh()).rejects.toThrow('no answer');
    expect((await app.get(CALLS)).body.code).toBe('TOKEN_REVOKED');
  });

  it('stay refused when a list that was read before comes late', async () => {
    const list = app.nest.get(RevocationList);
    let answer: (rows: []) => void = () => undefined;
    const read = new Promise<[]>((resolve) => (answer = resolve));
    jest.spyOn(app.nest.get(RevokedUserRepository), 'find').mockReturnValueOnce(read);
    const refreshing = list.refresh();
    await revoke();
    answer([]);
    await refreshing;
    expect((await app.get(CALLS)).body.code).toBe('TOKEN_REVOKED');
  });

  it('cost a request no query', async () => {
    const asked = jest.spyOn(app.nest.get(RevokedUserRepository), 'find');
    await app.get(CALLS);
    expect(asked).not.toHaveBeenCalled();
  });
});
