import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHostRule } from '../../src/common/host-rule.js';
import { RecordingFetch } from '../../src/modules/recordings/copies/recording-fetch.service.js';
import { RecordingRetention } from '../../src/modules/recordings/copies/recording-retention.service.js';
import { Recording } from '../../src/modules/recordings/recording.entity.js';
import { RecordingListen } from '../../src/modules/recordings/recording-listen.entity.js';
import { AGENT_201, type ConfigOverrides, TestApp } from './app.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { RecordingPeer, servesParts } from './recording-peer.js';
import type { TokenRequest } from '../../src/modules/auth/issue-token.js';

/** Compared instead of the bytes, of which Jest would make a diff. */
export const digestOf = (bytes: Buffer): string =>
  `${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`;
export const bytesOf = async (answer: Response): Promise<string> =>
  digestOf(Buffer.from(await answer.arrayBuffer()));

/** A service with a folder of its own, and a PBX that has recordings. */
export class RecordingDesk {
  private constructor(
    readonly database: TestDatabase,
    readonly app: TestApp,
    readonly pbx: RecordingPeer,
    readonly folder: string,
  ) {}

  static async start(overrides: ConfigOverrides = {}): Promise<RecordingDesk> {
    const database = await createTestDatabase();
    const pbx = await RecordingPeer.start();
    const folder = await mkdtemp(join(tmpdir(), 'recordings-'));
    const hosts = [pbx.url].flatMap((url) => readHostRule(url) ?? []);
    const app = await TestApp.start(database, {
      ...overrides,
      recordings: { hosts, folder, ...overrides.recordings },
    });
    return new RecordingDesk(database, app, pbx, folder);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.database.drop();
    await this.pbx.close();
    await rm(this.folder, { recursive: true });
  }

  /** As without its disk: the folder is empty. */
  async unmount(): Promise<void> {
    await rename(this.folder, `${this.folder}-disk`);
    await mkdir(this.folder);
  }

  async mount(): Promise<void> {
    await rm(this.folder, { recursive: true });
    await rename(`${this.folder}-disk`, this.folder);
  }

  /** Before each test: no rows, and a PBX that has this recording. */
  async reset(mp3: Buffer): Promise<void> {
    await this.app.clear();
    this.pbx.answer = servesParts(mp3);
    this.pbx.requests.length = 0;
  }

  listens(): Promise<RecordingListen[]> {
    return this.app.db.manager.find(RecordingListen);
  }

  get fetching(): RecordingFetch {
    return this.app.nest.get(RecordingFetch, { strict: false });
  }

  get retention(): RecordingRetention {
    return this.app.nest.get(RecordingRetention, { strict: false });
  }

  rows(): Promise<Recording[]> {
    return this.app.db.manager.find(Recording, { order: { id: 'ASC' } });
  }

  /** A talk of extension 201, and its recording. @returns the id of the call */
  async record(id = 'BN-1', path = `/${id}.mp3`): Promise<number> {
    await this.app
      .webhook('call-answered', { event: 'call_answered', bracknet_call_id: id, agent_extension: '201' })
      .expect(200);
    await this.report(id, this.pbx.url + path);
    return (await this.app.calls()).find(({ externalCallId }) => externalCallId === id)?.id ?? 0;
  }

  async report(id: string, url: string, seconds = 4): Promise<void> {
    const event = { event: 'call_recording_ready', bracknet_call_id: id };
    await this.app
      .webhook('call-recording', { ...event, recording_url: url, recording_duration: seconds })
      .expect(200);
  }

  /** The address that the CRM gives to an audio element. */
  async addressFor(user: TokenRequest = AGENT_201, callId = 1): Promise<string> {
    const { body } = await this.app.get(`/api/telephony/calls/${callId}`, user);
    return body.recordingUrl;
  }

  /** As a browser does: without a token. */
  play(address: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
    return fetch(this.app.url + address, { headers, method });
  }
}
