import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { createApp } from '../../src/app.setup.js';
import { loadConfiguration } from '../../src/config/configuration.js';
import { ExtensionDirectory } from '../../src/modules/agents/extensions/extension-directory.service.js';
import { issueToken, type TokenRequest } from '../../src/modules/auth/issue-token.js';
import { PopSources } from '../../src/modules/crm/screen-pop/pop-sources.service.js';
import type { LiveSnapshot } from '../../src/client/wire.js';
import { freePort } from '../support/free-port.js';
import { AGENT_ID, NUMBERS, seedCustomers } from './customers.js';

const JWT_SECRET = 'a secret for pictures that is long enough for HS256';

export const AGENT: TokenRequest = { userId: AGENT_ID, role: 'agent', extension: '201' };
export const SUPERVISOR: TokenRequest = { userId: 1, role: 'admin' };

/** Whoever sits there, and what the list of extensions calls it. */
const EXTENSIONS = [
  ['201', { userId: AGENT_ID, label: 'Rima', isPrimary: true }],
  ['202', { userId: 8, label: 'Tanvir' }],
  ['203', { userId: 9, label: 'Farhana', claimable: true }],
  ['600', { kind: 'group', members: [AGENT_ID, 8, 9], label: 'Sales' }],
  ['700', { kind: 'unattended', label: 'Opening hours' }],
] as const;

/** How the ids begin of calls that no webhook told. */
const OF_MANY = 'BN-MANY-';

async function listening(port: number, folder: string): Promise<NestFastifyApplication> {
  const nest = await createApp(
    loadConfiguration({
      NODE_ENV: 'development',
      DATA_FOLDER: folder,
      JWT_SECRET,
      LOG_LEVEL: 'error',
      // It plays recordings of its own address alone, which it has to know.
      PORT: String(port),
    }),
  );
  await nest.listen(port, '127.0.0.1');
  return nest;
}

/** The service in development, on an embedded database of its own. */
export class Stage {
  /** The id of a call of a customer that was answered and has ended. */
  knownCall = 0;
  /** The id of a call that nobody has answered. */
  missedCall = 0;
  private ids = 0;

  private constructor(
    private nest: NestFastifyApplication,
    private readonly port: number,
    private readonly folder: string,
  ) {}

  static async start(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'telephony-screenshots-'));
    const port = await freePort();
    return new Stage(await listening(port, folder), port, folder);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** As an update does: at the same address, with the same database. */
  async restart(): Promise<void> {
    await this.nest.close();
    this.nest = await listening(this.port, this.folder);
  }

  async close(): Promise<void> {
    await this.nest.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  token(who: TokenRequest): Promise<string> {
    return issueToken({ jwtSecret: JWT_SECRET }, who);
  }

  /** Customers, tasks, extensions, some calls, and receipts that wait for a decision. */
  async seed(): Promise<void> {
    await seedCustomers(this.nest.get(DataSource));
    await this.nest.get(PopSources).refresh();
    for (const [extension, body] of EXTENSIONS) {
      await this.request('PUT', `telephony/extensions/${extension}`, body);
    }
    // The call of before rang at somebody who sat there already.
    await this.nest
      .get(DataSource)
      .query(`UPDATE telephony_extension_history SET from_at = now() - interval '1 day'`);
    await this.nest.get(ExtensionDirectory).refresh();
    await this.talkOfBefore();
    this.knownCall = await this.newestCall();
    await this.event({ event: 'call_missed', from: NUMBERS.missed, to_extension: '201' });
    this.missedCall = await this.newestCall();
    await this.answer(await this.ring(NUMBERS.shared, '208'), '208');
    await this.endCalls();
    await this.event({ event: 'call_answered', agent_extension: '201' }, 400);
    await this.event({ event: 'call_parked', bracknet_call_id: 'BN-8' });
  }

  /** A call as a PBX reports it that says when things happened. */
  private async talkOfBefore(): Promise<void> {
    const at = (seconds: number) => new Date(Date.now() - 58_000 + seconds * 1000).toISOString();
    const call = { bracknet_call_id: 'BN-CALL-1024' };
    const ring = { from: NUMBERS.vip, to_extension: '201', queue_name: 'Sales' };
    await this.event({ event: 'incoming_call', ...call, ...ring, timestamp: at(0) });
    await this.event({ event: 'call_answered', ...call, agent_extension: '201', timestamp: at(9) });
    const end = { duration: 47, end_reason: 'completed', timestamp: at(56) };
    await this.event({ event: 'call_ended', ...call, ...end });
    const recording = { recording_url: this.recordingOf('BN-CALL-1024'), recording_duration: 47, timestamp: at(57) };
    await this.event({ event: 'call_recording_ready', ...call, ...recording });
  }

  private recordingOf(id: string): string {
    return `${this.url}/api/telephony/development/recordings/${id}.wav`;
  }

  /** A call comes in. @param extension the agent's by default @returns its id at the PBX */
  async ring(from: string, extension = '201'): Promise<string> {
    const id = `BN-CALL-${(this.ids += 1)}`;
    await this.event({
      event: 'incoming_call',
      bracknet_call_id: id,
      from,
      to_extension: extension,
      queue_name: 'Sales',
      timestamp: new Date().toISOString(),
    });
    return id;
  }

  async answer(id: string, agent_extension = '201'): Promise<void> {
    const timestamp = new Date().toISOString();
    await this.event({ event: 'call_answered', bracknet_call_id: id, agent_extension, timestamp });
  }

  /** Ends the calls that are open, after a talk that was recorded. @param end otherwise: how they end */
  async endCalls(end?: object): Promise<void> {
    await this.nest
      .get(DataSource)
      .query(`DELETE FROM telephony_calls WHERE external_call_id LIKE '${OF_MANY}%'`);
    for (const id of await this.openCalls()) {
      await this.event({
        event: 'call_ended',
        bracknet_call_id: id,
        timestamp: new Date().toISOString(),
        ...(end ?? { duration: 184, end_reason: 'completed', recording_url: this.recordingOf(id) }),
      });
    }
  }

  /** The calls that are open have a first recording, before that of their end. */
  async recordCalls(): Promise<void> {
    for (const id of await this.openCalls()) {
      const recording = { recording_url: this.recordingOf(`${id}-1`), recording_duration: 96 };
      await this.event({ event: 'call_recording_ready', bracknet_call_id: id, ...recording });
    }
  }

  async handOnCalls(extension: string): Promise<void> {
    for (const id of await this.openCalls()) await this.answer(id, extension);
  }

  /** Until `endCalls`: more than anybody could take one after the other. */
  async openManyCalls(count: number): Promise<void> {
    await this.nest.get(DataSource).query(
      `INSERT INTO telephony_calls (external_call_id, customer_phone, direction, status, started_at, created_at, agent_phone, queue_name)
       SELECT '${OF_MANY}' || nth, '01712345678', 'inbound', CASE WHEN nth % 5 = 0 THEN 'ringing' ELSE 'answered' END,
              now() - nth * interval '1 s', now(), (1000 + nth)::text, (ARRAY['Sales', 'Complaints', 'Delivery'])[1 + nth % 3]
         FROM generate_series(1, ${count}) AS nth`,
    );
  }

  /** @returns their ids at the PBX */
  private async openCalls(): Promise<string[]> {
    const { calls } = await this.request<LiveSnapshot>('GET', 'telephony/live');
    return calls.flatMap(({ externalCallId }) => externalCallId ?? []);
  }

  private async newestCall(): Promise<number> {
    const { items } = await this.request<{ items: { id: number }[] }>('GET', 'telephony/calls?limit=1');
    return items[0]?.id ?? 0;
  }

  /** Posts a webhook as the PBX does. */
  private async event(body: object, status = 200): Promise<void> {
    await this.request('POST', 'telephony/webhook/bracknet', body, status);
  }

  private async request<Answer>(method: string, path: string, body?: object, expected = 200): Promise<Answer> {
    const answer = await fetch(`${this.url}/api/${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${await this.token(SUPERVISOR)}`,
      },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.status !== expected) throw new Error(`${path} was answered ${answer.status}: ${text}`);
    return JSON.parse(text) as Answer;
  }
}
