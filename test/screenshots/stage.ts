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

/** The service in development, on an embedded database of its own. */
export class Stage {
  /** The id of a call of a customer that was answered and has ended. */
  knownCall = 0;
  private ids = 0;

  private constructor(
    private readonly nest: NestFastifyApplication,
    readonly url: string,
    private readonly folder: string,
  ) {}

  static async start(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'telephony-screenshots-'));
    const nest = await createApp(
      loadConfiguration({ NODE_ENV: 'development', DATA_FOLDER: folder, JWT_SECRET, LOG_LEVEL: 'error' }),
    );
    await nest.listen(0, '127.0.0.1');
    return new Stage(nest, await nest.getUrl(), folder);
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

  /** Ends the calls that are open, with recordings. */
  async endCalls(): Promise<void> {
    const { calls } = await this.request<LiveSnapshot>('GET', 'telephony/live');
    for (const { externalCallId: id } of calls) {
      await this.event({
        event: 'call_ended',
        bracknet_call_id: id,
        duration: 184,
        end_reason: 'completed',
        timestamp: new Date().toISOString(),
        recording_url: this.recordingOf(id ?? ''),
      });
    }
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
