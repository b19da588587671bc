import { ExtensionSeed } from '../../src/modules/agents/extensions/extension-seed.service.js';
import { PresenceService } from '../../src/modules/agents/presence/presence.service.js';
import { reportsOf } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import { SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { numberOfCustomer } from '../support/many-rows.js';

const EXTENSION = '/api/telephony/extensions/201';

interface Period {
  readonly user_id: number;
  readonly from_at: Date;
  readonly to_at: Date | number;
}

describe('two instances', () => {
  let database: TestDatabase;
  let instances: [TestApp, TestApp];

  beforeAll(async () => {
    database = await createTestDatabase();
    const config = { telephony: { groups: ['600:201|202', '610:203'] } };
    instances = await Promise.all([TestApp.start(database, config), TestApp.start(database, config)]);
  });
  afterAll(async () => {
    for (const instance of instances) await instance.close();
    await database.drop();
  });
  beforeEach(async () => {
    await instances[0].clear();
    await instances[0].db.query(`DELETE FROM telephony_extension_history WHERE kind = 'agent'`);
    await instances[0].db.query(`DELETE FROM telephony_extensions WHERE kind = 'agent'`);
  });

  const instance = (n: number): TestApp => instances[n % 2 === 0 ? 0 : 1];

  const periods = (): Promise<Period[]> =>
    instances[0].db.query(
      `SELECT user_id, from_at, to_at FROM telephony_extension_history WHERE extension = '201' ORDER BY from_at, id`,
    );

  it('that start together enter the extensions of their configuration once', async () => {
    const [{ entered }] = await instances[0].db.query(
      `SELECT count(*)::integer AS entered FROM telephony_extension_history WHERE extension IN ('600', '610', 'ivr')`,
    );
    expect(entered).toBe(3);
    await instances[0].db.query(
      'TRUNCATE telephony_extensions, telephony_extension_members, telephony_extension_history',
    );
    const seeded = await Promise.all(instances.map(({ nest }) => nest.get(ExtensionSeed).seed()));
    expect(seeded.toSorted((a, b) => a - b)).toEqual([0, 7]);
  });

  it('that assign one extension at once leave one holder, and a history without gap and overlap', async () => {
    const users = Array.from({ length: 20 }, (_, n) => n + 10);
    const answers = await Promise.all(
      users.map((userId, n) => instance(n).put(EXTENSION, { userId }, SUPERVISOR)),
    );
    expect(answers.map(({ status }) => status)).toEqual(users.map(() => 200));
    const history = await periods();
    expect(history.map(({ user_id: user }) => user).toSorted((a, b) => a - b)).toEqual(users);
    expect(history.map(({ to_at: to }) => Number(to))).toEqual([
      ...history.slice(1).map(({ from_at: from }) => Number(from)),
      Infinity,
    ]);
    const [row] = await instances[0].db.query(
      `SELECT user_id, is_primary FROM telephony_extensions WHERE extension = '201'`,
    );
    expect(row).toEqual({ user_id: history.at(-1)?.user_id, is_primary: true });
  });

  it('stamp each event with one holder while the desk changes hands, and the same one when it comes again', async () => {
    const ring = (n: number) => ({
      event: 'incoming_call',
      bracknet_call_id: `BN-${n}`,
      from: numberOfCustomer(n),
      to_extension: '201',
      timestamp: new Date().toISOString(),
    });
    const rings: ReturnType<typeof ring>[] = [];
    const calling = Array.from({ length: 60 }, async (_, n) => {
      const body = ring(n);
      rings.push(body);
      expect((await instance(n).webhook('incoming-call', body)).status).toBe(200);
    });
    const changing = Array.from({ length: 12 }, (_, n) =>
      instance(n).put(EXTENSION, { userId: 7 + (n % 2) }, SUPERVISOR),
    );
    await Promise.all([...calling, ...changing]);

    const before = await instances[0].calls();
    const history = await periods();
    for (const { agentUserId, userIds, facts, startedAt } of before) {
      const [report] = reportsOf(facts ?? {});
      expect([agentUserId, userIds]).toEqual([
        report?.userId ?? null,
        report?.userId === undefined ? [] : [report.userId],
      ]);
      // A change that was being committed when the event came may be seen by it or not.
      const near = history
        .filter(({ from_at: from, to_at: to }) => {
          const at = Number(startedAt);
          return Number(from) <= at + 1 && at <= Number(to) + 1_000;
        })
        .map(({ user_id: user }) => user);
      if (agentUserId !== null) expect(near).toContain(agentUserId);
    }
    for (const [n, body] of rings.entries()) {
      await instance(n + 1).webhook('one-shot', body);
    }
    const after = await instances[1].calls();
    const holders = (calls: typeof before): unknown[] =>
      calls.map(({ externalCallId, agentUserId, userIds }) => [externalCallId, agentUserId, userIds]);
    expect(holders(after)).toEqual(holders(before));
  });

  it('that look at the same users at once write each change of presence once', async () => {
    const [one, other] = instances.map(({ nest }) => nest.get(PresenceService)) as [
      PresenceService,
      PresenceService,
    ];
    const users = Array.from({ length: 30 }, (_, n) => n + 1);
    await Promise.all([one, other, one, other].map((service) => service.seen(users.toReversed())));
    await instances[0].db.query(`UPDATE telephony_agent_presence SET last_seen_at = now() - interval '61 s'`);
    await Promise.all([one.settleAll(), other.settleAll()]);
    await one.settleAll();
    const events = await instances[0].db.query(
      `SELECT status, count(*)::integer AS events, count(DISTINCT user_id)::integer AS users
         FROM telephony_agent_presence_events GROUP BY status ORDER BY status`,
    );
    expect(events).toEqual([
      { status: 'offline', events: 30, users: 30 },
      { status: 'online', events: 30, users: 30 },
    ]);
  });
});
