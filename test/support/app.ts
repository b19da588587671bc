import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { createApp } from '../../src/app.setup.js';
import { createLogger } from '../../src/common/logging/logger.js';
import { type Configuration, loadConfiguration } from '../../src/config/configuration.js';
import { AuditEntry } from '../../src/modules/audit/audit-entry.entity.js';
import { issueToken, type TokenRequest } from '../../src/modules/auth/issue-token.js';
import { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import { Call } from '../../src/modules/telephony/calls/call.entity.js';
import { WebhookReceipt } from '../../src/modules/telephony/webhooks/inbox/receipts/webhook-receipt.entity.js';
import type { TestDatabase } from './database.js';

export const JWT_SECRET = 'a test secret that is long enough for HS256';

export const AGENT_201: TokenRequest = { userId: 7, role: 'agent', extension: '201' };
export const AGENT_202: TokenRequest = { userId: 8, role: 'agent', extension: '202' };
export const SUPERVISOR: TokenRequest = { userId: 1, role: 'admin' };

/** For tests that start more calls than an agent may. */
export const NO_START_LIMITS = {
  openPerAgent: 1_000,
  perMinutePerAgent: 1_000,
  perHourPerAgent: 1_000,
  perMinute: 1_000,
};

/** Configuration that a test overrides, by namespace. */
export type ConfigOverrides = {
  [Namespace in keyof Configuration]?: Partial<Configuration[Namespace]>;
};

/** The whole application, listening, on the suite's database. Several of them act as several instances. */
export class TestApp {
  private constructor(
    readonly nest: NestFastifyApplication,
    readonly url: string,
    /** Parsed lines of the log. */
    readonly log: Record<string, unknown>[],
  ) {}

  static async start(database: TestDatabase, overrides: ConfigOverrides = {}): Promise<TestApp> {
    const log: Record<string, unknown>[] = [];
    const logger = createLogger(
      { environment: 'test', logLevel: 'info' },
      { write: (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>) },
    );
    const nest = await createApp(testConfig(database, overrides), { logger });
    await nest.listen(0, '127.0.0.1');
    return new TestApp(nest, await nest.getUrl(), log);
  }

  get db(): DataSource {
    return this.nest.get(DataSource);
  }

  close(): Promise<void> {
    return this.nest.close();
  }

  /** Posts with a token of the user. */
  async post(
    path: string,
    body: object,
    user: TokenRequest = AGENT_201,
    headers: Record<string, string> = {},
  ) {
    return request(this.url)
      .post(path)
      .set('Authorization', `Bearer ${await tokenOf(user)}`)
      .set(headers)
      .send(body);
  }

  async get(path: string, user: TokenRequest = AGENT_201) {
    return request(this.url)
      .get(path)
      .set('Authorization', `Bearer ${await tokenOf(user)}`);
  }

  async patch(path: string, body: object, user: TokenRequest = AGENT_201) {
    return request(this.url)
      .patch(path)
      .set('Authorization', `Bearer ${await tokenOf(user)}`)
      .send(body);
  }

  async put(path: string, body: object, user: TokenRequest = AGENT_201) {
    return request(this.url)
      .put(path)
      .set('Authorization', `Bearer ${await tokenOf(user)}`)
      .send(body);
  }

  async delete(path: string, user: TokenRequest = AGENT_201) {
    return request(this.url)
      .delete(path)
      .set('Authorization', `Bearer ${await tokenOf(user)}`);
  }

  /** Posts a webhook as the PBX does, to `/api/webhook/bracknet/<route>` or to the one-shot address. */
  webhook(route: string, body: object | string) {
    const path = route === 'one-shot' ? '/api/telephony/webhook/bracknet' : `/api/webhook/bracknet/${route}`;
    return request(this.url).post(path).set('Content-Type', 'application/json').send(body);
  }

  calls(): Promise<Call[]> {
    return this.db.manager.find(Call, { order: { id: 'ASC' } });
  }

  /** The call, when exactly one exists. */
  async onlyCall(): Promise<Call> {
    const calls = await this.calls();
    expect(calls).toHaveLength(1);
    return calls[0] as Call;
  }

  tasks(): Promise<CallTask[]> {
    return this.db.manager.find(CallTask, { order: { id: 'ASC' } });
  }

  audit(): Promise<AuditEntry[]> {
    return this.db.manager.find(AuditEntry, { order: { id: 'ASC' } });
  }

  receipts(): Promise<WebhookReceipt[]> {
    return this.db.manager.find(WebhookReceipt, { order: { receivedAt: 'ASC', id: 'ASC' } });
  }

  /**
   * Empties the tables, so that each test starts without rows.
   * @param ids continue: for tests with open sockets, because a row with an id that was used before would be an older
   *   version for the service
   */
  async clear(ids: 'restart' | 'continue' = 'restart'): Promise<void> {
    await this.db.query(
      `TRUNCATE telephony_calls, telephony_start_keys, telephony_webhook_receipts, telephony_audit, telephony_revoked_users, telephony_caller_choices, telephony_call_notes, telephony_recordings, telephony_recording_listens, telephony_figures, telephony_figure_marks, crm_call_tasks, customers ${ids} IDENTITY CASCADE`,
    );
  }
}

export function testConfig(database: TestDatabase, overrides: ConfigOverrides = {}): Configuration {
  const config = loadConfiguration({ NODE_ENV: 'test', JWT_SECRET });
  return {
    app: { ...config.app, ...overrides.app },
    database: {
      ...config.database,
      url: database.url,
      poolSize: database.settings.poolSize,
      ...overrides.database,
    },
    audit: { ...config.audit, ...overrides.audit },
    auth: { ...config.auth, ...overrides.auth },
    changeFeed: { ...config.changeFeed, ...overrides.changeFeed },
    telephony: { ...config.telephony, ...overrides.telephony },
    bracknet: { ...config.bracknet, ...overrides.bracknet },
    webhooks: { ...config.webhooks, ...overrides.webhooks },
    recordings: { ...config.recordings, ...overrides.recordings },
    reports: { ...config.reports, ...overrides.reports },
    sweeper: { ...config.sweeper, ...overrides.sweeper },
    // Tests send more requests at once from one address than clients do.
    http: { ...config.http, connectionsPerAddress: 1_000, ...overrides.http },
    metrics: { ...config.metrics, ...overrides.metrics },
    realtime: { ...config.realtime, ...overrides.realtime },
  };
}

export function tokenOf(user: TokenRequest): Promise<string> {
  return issueToken({ jwtSecret: JWT_SECRET }, user);
}
