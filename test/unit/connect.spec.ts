import { once } from 'node:events';
import { connect as connectSocket, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { jest } from '@jest/globals';
import { connect } from '../../src/database/connect.js';
import { acquire } from '../support/database-pool/client.js';

describe('connecting to a database', () => {
  it('waits for a database that is starting, and logs that without the password, after seconds as a warning', async () => {
    const port = await freePort();
    const url = `postgres://postgres:sesame@127.0.0.1:${port}/postgres`;
    const said: string[] = [];
    const levels: (string | undefined)[] = [];
    const pooled = await acquire('empty');
    const clock = performance.now.bind(performance);
    const time = jest.spyOn(performance, 'now');
    let server: Server | undefined;

    const dataSource = await connect(
      { url, poolSize: 1, statementTimeoutMs: 1_000, legacyTimeZone: 'Asia/Dhaka' },
      (message, level) => {
        said.push(message);
        levels.push(level);
        if (levels.length === 2) server = forward(port, pooled.location);
        time.mockImplementation(() => clock() + 3_001);
      },
    );
    expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    time.mockRestore();
    await dataSource.destroy();
    if (server) await closing(server);
    await pooled.release();

    expect(said[0]).toBe(
      `Waiting for PostgreSQL at 127.0.0.1:${port}/postgres (connect ECONNREFUSED 127.0.0.1:${port}), attempt 1 of 20…`,
    );
    expect(levels.slice(0, 2)).toEqual(['info', 'warn']);
    expect(said.join()).not.toContain('sesame');
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await closing(server);
  return typeof address === 'object' && address !== null ? address.port : Number.NaN;
}

async function closing(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

/** A TCP port that leads to the embedded PostgreSQL. */
function forward(port: number, url: string): Server {
  const socketFolder = new URL(url).searchParams.get('host') ?? '';
  return createServer((client) => {
    const backend = connectSocket(join(socketFolder, '.s.PGSQL.5432'));
    pipeline(client, backend, client, () => {});
  }).listen(port, '127.0.0.1');
}
