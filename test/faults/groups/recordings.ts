import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { issueToken } from '../../../src/modules/auth/issue-token.js';
import { type Answering, mp3Of, RecordingPeer, servesParts } from '../../support/recording-peer.js';
import { type Fault, faultGroup, must, mustBe } from '../fault.js';
import { type FaultDatabase, type FaultEnvironment, SERVICE_ENV } from '../fault-environment.js';
import type { ServerProcess } from '../../support/server-process.js';
import { MemoryWatch } from '../memory.js';

const MIB = 1024 * 1024;
const NODE_MAJOR = Number.parseInt(process.versions.node, 10);

/** Those of one recording, all at once. */
const LISTENERS = 20;
const LONG_BYTES = 100_000_000;

/** Growth of the memory of the idle service while it stores a copy, in MiB: V8 frees what was read after 32 or so. */
const MOST_STORING = 64;

/** All memory of the service while all listen, in MiB. Later versions of Node take more. */
const MOST_PLAYING = NODE_MAJOR === 20 ? 150 : 175;

/** Webhooks that the service has taken before. */
const WEBHOOKS = 1_000;

/** How long the memory of the idle service is watched. */
const IDLE_MS = 2_000;

/** Kills in the middle of storing. */
const KILLS = 5;

/** Longest wait for a copy. */
const STORED_MS = 60_000;

/** A PBX with one recording, a folder, and a database with the call of it. */
class Scene {
  private constructor(
    readonly database: FaultDatabase,
    readonly pbx: RecordingPeer,
    readonly folder: string,
    readonly env: NodeJS.ProcessEnv,
  ) {}

  static async start(environment: FaultEnvironment, name: string, answer: Answering): Promise<Scene> {
    const database = await environment.database(name);
    const pbx = await RecordingPeer.start();
    pbx.answer = answer;
    const folder = await mkdtemp(join(tmpdir(), 'recordings-'));
    const url = `${pbx.url}/1.mp3`;
    await database.query(
      `INSERT INTO telephony_calls (customer_phone, agent_phone, status, direction, recording_url)
       VALUES ('', '201', 'completed', 'inbound', $1)`,
      [url],
    );
    await database.query(
      `INSERT INTO telephony_recordings (call_id, provider, url, url_sha256, reported_at, next_try_at)
       SELECT id, 'bracknet', $1, sha256(convert_to($1, 'UTF8')), now(), now() FROM telephony_calls`,
      [url],
    );
    // Not production, which never asks this machine.
    const env = {
      NODE_ENV: 'development',
      API_DOCS: 'false',
      RECORDING_FOLDER: folder,
      RECORDING_HOSTS: pbx.url,
    };
    return new Scene(database, pbx, folder, env);
  }

  async end(): Promise<void> {
    await this.pbx.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  async addressAt(url: string): Promise<string> {
    const token = await issueToken(
      { jwtSecret: SERVICE_ENV.JWT_SECRET },
      { userId: 7, role: 'agent', extension: '201' },
    );
    const answer = await fetch(`${url}/api/telephony/calls/1`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { recordingUrl } = (await answer.json()) as { recordingUrl: string };
    return url + recordingUrl;
  }

  /** Waits until the copy is stored. @throws {NotHeld} */
  async stored(): Promise<void> {
    const until = Date.now() + STORED_MS;
    for (;;) {
      const count = await this.database.count(
        `SELECT count(*) FROM telephony_recordings WHERE state = 'stored'`,
      );
      if (count === 1) return;
      must(Date.now() < until, 'The recording was not stored');
      await pause(100);
    }
  }

  /** The names and sizes of all files but partial ones, and how many partial ones there are. */
  async files(): Promise<{ readonly copies: number[]; readonly partial: number }> {
    const names = await readdir(this.folder, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile());
    // The folder's mark is neither.
    const sounds = files.filter(({ name }) => !name.startsWith('.'));
    const copies = sounds.filter(({ name }) => !name.endsWith('.part'));
    const sizes = await Promise.all(
      copies.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
    );
    return { copies: sizes, partial: sounds.length - copies.length };
  }
}

/** Reads it all. @returns how many bytes */
async function listen(address: string): Promise<number> {
  const { body, status } = await fetch(address, { headers: { range: 'bytes=0-' } });
  mustBe('The status of a listener', status, 206);
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) bytes += chunk.length;
  return bytes;
}

/** The memory of a service that does nothing, in MiB. */
async function idleMemoryOf({ pid }: ServerProcess): Promise<number> {
  const idle = new MemoryWatch(pid);
  await pause(IDLE_MS);
  return idle.end().most;
}

const listeners: Fault<FaultEnvironment> = {
  name: '20 listeners of 100 MB',
  tried:
    `at once, each by a ticket of his own, of a copy that another process stored, after ${WEBHOOKS} webhooks: every byte ` +
    `comes, the service has at most ${MOST_PLAYING} MiB in all, and storing it adds at most ${MOST_STORING}`,
  run: async (environment) => {
    const scene = await Scene.start(environment, 'listeners', servesParts(mp3Of(LONG_BYTES)));
    try {
      await scene.database.query(`UPDATE telephony_recordings SET next_try_at = now() + interval '1 day'`);
      const storing = await environment.server(scene.database.url, scene.env);
      const beforeStoring = await idleMemoryOf(storing);
      const memoryOfStoring = new MemoryWatch(storing.pid);
      await scene.database.query('UPDATE telephony_recordings SET next_try_at = now()');
      await scene.stored();
      const stored = memoryOfStoring.end().most;
      await storing.stop();

      const playing = await environment.server(scene.database.url, scene.env);
      const addresses = await Promise.all(
        Array.from({ length: LISTENERS }, () => scene.addressAt(playing.url)),
      );
      const load = environment.load({ series: 51, url: () => playing.url, connections: 16 });
      await load.progress(WEBHOOKS);
      await load.finish();
      const beforePlaying = await idleMemoryOf(playing);
      const memoryOfPlaying = new MemoryWatch(playing.pid);
      const began = performance.now();
      const received = await Promise.all(addresses.map(listen));
      const seconds = (performance.now() - began) / 1000;
      const played = memoryOfPlaying.end().most;
      mustBe('The bytes of the listeners', [...new Set(received)], [LONG_BYTES]);
      mustBe(
        'The rows of listenings',
        await scene.database.count('SELECT count(*) FROM telephony_recording_listens'),
        LISTENERS,
      );
      must(
        stored <= beforeStoring + MOST_STORING,
        `The service grew from ${beforeStoring} to ${stored} MiB while it stored the copy`,
      );
      must(played <= MOST_PLAYING, `The service had ${played} MiB while all listened`);
      const rate = Math.round((LISTENERS * LONG_BYTES) / MIB / seconds);
      return `storing: from ${beforeStoring} to ${stored} MiB; playing: from ${beforePlaying} to ${played} MiB, ${rate} MiB/s`;
    } finally {
      await scene.end();
    }
  },
};

const storing: Fault<FaultEnvironment> = {
  name: 'kill -9 in the middle of storing',
  tried: `${KILLS} times, then left alone: one whole copy, and nothing partial`,
  run: async (environment) => {
    const mp3 = mp3Of(20 * MIB);
    let asked = 0;
    /** Half of it, and no more until the service is killed; the last time all of it. */
    const halves: Answering = (request, response) => {
      asked += 1;
      if (asked > KILLS) return servesParts(mp3)(request, response);
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': mp3.length });
      response.write(mp3.subarray(0, mp3.length / 2));
    };
    const scene = await Scene.start(environment, 'storing', halves);
    try {
      let left = 0;
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const service = await environment.server(scene.database.url, scene.env);
        const isStoring = async (): Promise<boolean> =>
          scene.pbx.requests.length >= kill && (await scene.files()).partial > 0;
        while (!(await isStoring())) await pause(20);
        await pause(Math.random() * 200);
        await service.stop();
        const { copies, partial } = await scene.files();
        mustBe('Copies while none was whole', copies, []);
        left = Math.max(left, partial);
        // Its claim is over.
        await scene.database.query('UPDATE telephony_recordings SET next_try_at = now()');
      }
      await environment.server(scene.database.url, scene.env);
      await scene.stored();
      mustBe('Files at the end', await scene.files(), { copies: [mp3.length], partial: 0 });
      return `${KILLS} kills, at most ${left} partial file left by one`;
    } finally {
      await scene.end();
    }
  },
};

export const recordings = faultGroup('recordings', (environment) => Promise.resolve(environment), [
  listeners,
  storing,
]);
