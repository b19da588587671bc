import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { RedisTransport } from '../../src/modules/change-feed/transports/redis-transport.js';
import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { FeedInstance, missedWhile } from '../support/feed-instance.js';
import { RedisServer } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';

/** What configuration.md says that the user needs. */
const RIGHTS = ['+@connection', '+subscribe', '+publish', '&telephony:changes:*'];

describe('instances that tell each other by Redis', () => {
  let database: TestDatabase;
  let redis: RedisServer;
  let app: TestApp;
  let instances: FeedInstance[];
  let warnings: ReturnType<typeof jest.spyOn>;

  beforeAll(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), RedisServer.create()]);
    app = await TestApp.start(database, { changeFeed: { redisUrl: redis.url } });
  });
  afterAll(async () => {
    await app.close();
    await redis.stop();
    await database.drop();
  });
  beforeEach(async () => {
    instances = [];
    await redis.start();
    warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
  });
  afterEach(async () => {
    await Promise.all(instances.map((instance) => instance.close()));
    jest.restoreAllMocks();
  });

  async function instance(url = redis.url, db: DataSource = app.db): Promise<FeedInstance> {
    const started = await FeedInstance.on(new RedisTransport(url, db));
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

  it('hear nothing of instances on another database', async () => {
    const here = await instance();
    const other = await createTestDatabase();
    const theirs = await new DataSource(dataSourceOptions(other.settings)).initialize();
    // Embedded databases of the tests are copies, in which all tables have the same numbers.
    await theirs.query('ALTER TABLE telephony_calls RENAME TO telephony_calls_copied');
    await theirs.query('CREATE TABLE telephony_calls (LIKE telephony_calls_copied)');
    const [there, beside] = [await instance(redis.url, theirs), await instance(redis.url, theirs)];
    there.feed.announce({ tasks: [1] });
    await eventually(() => expect(beside.tasks).toEqual([1]));
    expect(here.heard).toEqual([]);
    await theirs.destroy();
    await other.drop();
  });

  it('send what was announced while it was stopped, or read all anew when it is started again', async () => {
    const [here, there] = [await instance(), await instance()];
    for (let time = 1; time <= 3; time += 1) {
      await redis.stop();
      await eventually(() => expect([here.feed.isUp, there.feed.isUp]).toEqual([false, false]));
      here.feed.announce({ tasks: [time] });
      await redis.start();
      await eventually(() =>
        expect([here.gaps, there.gaps].map(({ length }) => length)).toEqual([time, time]),
      );
      here.feed.announce({ tasks: [time + 10] });
      await eventually(() => expect(there.tasks).toContain(time + 10));
    }
  });

  it('miss nothing without knowing it, however often it is killed and started', async () => {
    const [here, there] = [await instance(), await instance()];
    const kill = async () => {
      const gaps = there.gaps.length;
      await redis.stop();
      await redis.start();
      await eventually(() => expect(there.gaps.length).toBeGreaterThan(gaps));
    };
    expect(await missedWhile(kill, 5, here, there)).toEqual([]);
  });

  it('do not grow in memory, nor wait, while it is stopped', async () => {
    const [here, there] = [await instance(), await instance()];
    await redis.stop();
    await eventually(() => expect(here.feed.isUp).toBe(false));
    for (let id = 1; id <= 10_001; id += 1) here.feed.announce({ tasks: [id] });
    expect(here.tasks).toHaveLength(10_001);
    expect(await here.valuesOf('dropped_total')).toEqual([10_001]);
    await redis.start();
    await eventually(() => expect([here.feed.isUp, there.feed.isUp]).toEqual([true, true]));
    expect([here.gaps.length > 0, there.gaps.length > 0]).toEqual([true, true]);
  });

  it('hear again when their connections were closed by it', async () => {
    const [here, there] = [await instance(), await instance()];
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually(() => expect([here.gaps.length, there.gaps.length]).toEqual([1, 1]));
    here.feed.announce({ tasks: [1] });
    await eventually(() => expect(there.tasks).toEqual([1]));
  });

  it('are down while it lets them not publish, and say so once', async () => {
    await redis.command('ACL', 'SETUSER', 'mute', 'on', 'nopass', ...RIGHTS, '-publish');
    const here = await instance(redis.url.replace('//', '//mute:x@'));
    expect(here.feed.outage).toContain('publish');
    await redis.command('ACL', 'SETUSER', 'mute', '+publish');
    await eventually(() => expect(here.feed.isUp).toBe(true));
    expect(warnings).toHaveBeenCalledTimes(1);
  });

  it('notice a network that swallows everything', async () => {
    const proxy = await TcpProxy.to(Number(new URL(redis.url).port));
    const [here, there] = [await instance(`redis://127.0.0.1:${proxy.port}`), await instance()];
    proxy.blockTraffic();
    here.feed.announce({ tasks: [1] });
    await eventually(() => expect(here.feed.isUp).toBe(false), 30_000);
    proxy.acceptConnections();
    await eventually(() => expect(there.tasks).toEqual([1]));
    await here.close();
    await proxy.close();
  });

  it('as whole services refuse a token that another one was told to withdraw', async () => {
    const other = await TestApp.start(database, { changeFeed: { redisUrl: redis.url } });
    await eventually(async () =>
      expect((await app.get('/health/ready')).body.checks.changeFeed.status).toBe('ok'),
    );
    expect((await app.get('/api/telephony/calls', AGENT_201)).status).toBe(200);
    await other.post('/api/telephony/revocations', { userId: 7 }, SUPERVISOR);
    await eventually(
      async () => expect((await app.get('/api/telephony/calls', AGENT_201)).status).toBe(401),
      2_000,
    );
    await other.close();
  });

  it('do not delay a webhook while it is stopped, and log no password', async () => {
    await redis.command('CONFIG', 'SET', 'requirepass', 'a-secret-of-redis');
    const url = redis.url.replace('//', '//:a-wrong-secret@');
    const other = await TestApp.start(database, { changeFeed: { redisUrl: url } });
    expect((await other.get('/health/ready')).body.checks.changeFeed.status).toBe('degraded');
    const body = {
      event: 'incoming_call',
      bracknet_call_id: 'in-1',
      from: '01712345678',
      to_extension: '201',
    };
    expect((await other.webhook('incoming-call', body)).status).toBe(200);
    expect(JSON.stringify(other.log)).not.toContain('a-wrong-secret');
    await other.close();
  });
});
