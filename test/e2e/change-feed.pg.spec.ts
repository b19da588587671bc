import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { PostgresTransport } from '../../src/modules/change-feed/transports/postgres-transport.js';
import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { FeedInstance, missedWhile } from '../support/feed-instance.js';
import { Program } from '../support/program.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const LISTENING = `application_name = 'trustcart-telephony changes' AND datname = current_database()`;

describe('instances on one PostgreSQL', () => {
  let database: TestDatabase;
  let db: DataSource;
  let instances: FeedInstance[];

  beforeAll(async () => {
    database = await createTestDatabase();
    db = await new DataSource(dataSourceOptions(database.settings)).initialize();
  });
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });
  beforeEach(() => {
    instances = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
  });
  afterEach(async () => {
    await Promise.all(instances.map((instance) => instance.close()));
    jest.restoreAllMocks();
  });

  async function instance(url = database.url): Promise<FeedInstance> {
    const started = await FeedInstance.on(new PostgresTransport(url));
    instances.push(started);
    return started;
  }

  it('hear of each other’s changes, and of their own once', async () => {
    const [here, there] = [await instance(), await instance()];
    const call = { id: 5, users: [7], extensions: ['201', 'ভয়েস'], removed: { into: 4 } };
    here.feed.announce({ calls: [call], revocations: true });
    await eventually(() => expect(there.heard).toEqual([{ calls: [call], revocations: true }]));
    there.feed.announce({ presence: [7] });
    await eventually(() => expect(here.heard).toHaveLength(2));
    expect([here.gaps, there.gaps, here.feed.isUp]).toEqual([[], [], true]);
  });

  it('hear of more than one message of PostgreSQL can hold', async () => {
    const [here, there] = [await instance(), await instance()];
    const calls = Array.from({ length: 2_000 }, (_, id) => ({ id, users: [7, 8], extensions: ['201'] }));
    here.feed.announce({ calls });
    await eventually(() => expect(there.heard.flatMap((change) => change.calls)).toEqual(calls));
    expect(there.heard.length).toBeGreaterThan(10);
  });

  it('read all anew when the connection on which they listened was ended, and hear again', async () => {
    const [here, there] = [await instance(), await instance()];
    for (let time = 1; time <= 3; time += 1) {
      await db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${LISTENING}`);
      await eventually(() =>
        expect([here.gaps, there.gaps].map(({ length }) => length)).toEqual([time, time]),
      );
      here.feed.announce({ tasks: [time] });
      await eventually(() => expect(there.tasks).toContain(time));
    }
    expect(await here.valuesOf('gaps_total')).toEqual([3]);
  });

  it('miss nothing without knowing it, however often their connections are ended', async () => {
    const [here, there] = [await instance(), await instance()];
    const gaps = () => here.gaps.length + there.gaps.length;
    /** Ends that of one of them: the other one has no gap. */
    const end = async () => {
      const before = gaps();
      await db.query(
        `SELECT pg_terminate_backend(pid)
           FROM (SELECT pid FROM pg_stat_activity WHERE ${LISTENING} ORDER BY random() LIMIT 1) AS one`,
      );
      await eventually(() => expect(gaps()).toBeGreaterThan(before));
    };
    expect(await missedWhile(end, 8, here, there)).toEqual([]);
  });

  it('send what was announced while the server could not be reached', async () => {
    const [proxy, there] = [await TcpProxy.to(Number(new URL(database.url).port || 5432)), await instance()];
    const address = new URL(database.url);
    address.host = `127.0.0.1:${proxy.port}`;
    const here = await instance(address.href);
    const { port } = proxy;
    await proxy.close();
    await eventually(() => expect(here.feed.isUp).toBe(false));
    for (const id of [1, 2, 3]) here.feed.announce({ tasks: [id] });
    expect(here.tasks).toEqual([1, 2, 3]);

    const again = await TcpProxy.to(Number(new URL(database.url).port || 5432), port);
    await eventually(() => expect(new Set(there.tasks)).toEqual(new Set([1, 2, 3])));
    expect([here.gaps.length, there.gaps.length]).toEqual([1, 0]);
    await here.close();
    await again.close();
  });

  it('notice a network that swallows everything', async () => {
    const proxy = await TcpProxy.to(Number(new URL(database.url).port || 5432));
    const address = new URL(database.url);
    address.host = `127.0.0.1:${proxy.port}`;
    const [here, there] = [await instance(address.href), await instance()];
    proxy.blockTraffic();
    here.feed.announce({ tasks: [1] });
    await eventually(() => expect(here.feed.isUp).toBe(false));
    proxy.acceptConnections();
    await eventually(() => expect(there.tasks).toEqual([1]));
    await here.close();
    await proxy.close();
  });

  it('leave no connection behind', async () => {
    await Promise.all([(await instance()).close(), (await instance()).close()]);
    await eventually(async () => {
      expect(await db.query(`SELECT pid FROM pg_stat_activity WHERE ${LISTENING}`)).toEqual([]);
    });
  });

  describe('as whole services', () => {
    let apps: TestApp[];

    beforeEach(async () => {
      const changeFeed = { postgresUrl: database.url };
      apps = [await TestApp.start(database, { changeFeed }), await TestApp.start(database, { changeFeed })];
      await apps[0]?.clear();
    });
    afterEach(() => Promise.all(apps.map((app) => app.close())));

    /** Answers of all instances to a request of the agent. */
    const statuses = () =>
      Promise.all(apps.map(async (app) => (await app.get('/api/telephony/calls', AGENT_201)).status));

    it('refuse a token that one of them was told to withdraw, and accept it again', async () => {
      expect(await statuses()).toEqual([200, 200]);
      await apps[0]?.post('/api/telephony/revocations', { userId: 7 }, SUPERVISOR);
      await eventually(async () => expect(await statuses()).toEqual([401, 401]), 2_000);
      await apps[1]?.delete('/api/telephony/revocations/7', SUPERVISOR);
      await eventually(async () => expect(await statuses()).toEqual([200, 200]), 2_000);
    });

    it('refuse a token that a command has withdrawn', async () => {
      const command = new Program('../../src/cli/users.ts', ['revoke', '--user', '7'], {
        env: { NODE_ENV: 'development', DATABASE_URL: database.url },
      });
      expect(await command.exit).toBe(0);
      await eventually(async () => expect(await statuses()).toEqual([401, 401]), 2_000);
    });

    it('say that they cannot tell each other, and are ready nevertheless', async () => {
      const ready = async () => (await apps[0]?.get('/health/ready'))?.body;
      expect((await ready()).checks.changeFeed).toEqual({ status: 'ok' });
      await db.query('ALTER TABLE telephony_calls RENAME TO telephony_calls_away');
      await db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${LISTENING}`);
      await eventually(async () => {
        const { status, checks } = await ready();
        expect([status, checks.changeFeed.status]).toEqual(['degraded', 'degraded']);
        expect(checks.changeFeed.problem).toContain('other instances');
      });
      await db.query('ALTER TABLE telephony_calls_away RENAME TO telephony_calls');
      await eventually(async () => expect((await ready()).checks.changeFeed.status).toBe('ok'));
    });
  });
});
