import { jest } from '@jest/globals';
import pg from 'pg';
import { type ConfigOverrides, TestApp } from './app.js';
import type { TestDatabase } from './database.js';
import { type RawAnswer, rawRequest } from './raw-request.js';
import { NEW_SECRET, OLD_SECRET, signedHeaders, type Signing } from './signed-webhooks.js';

export const ONE_SHOT = '/api/telephony/webhook/bracknet';
export const CALL_ENDED = '/api/webhook/bracknet/call-ended';
export const EVERY_ADDRESS = [
  ONE_SHOT,
  ...['incoming-call', 'call-answered', 'call-ended', 'call-recording', 'call-missed'].map(
    (route) => `/api/webhook/bracknet/${route}`,
  ),
];

export const ENDED = {
  event: 'call_ended',
  bracknet_call_id: 'BN-CALL-456789',
  duration: 135,
  end_reason: 'completed',
  timestamp: '2026-01-03T10:32:25Z',
};
export const ENDED_BODY = JSON.stringify(ENDED);

/** The constant body of every rejection. */
export const REFUSED = '{"code":"WEBHOOK_REFUSED","message":"This webhook was not accepted"}';

type Headers = Record<string, string | readonly string[] | undefined>;

/** Starts an application that enforces signatures. */
export async function startEnforcing(
  database: TestDatabase,
  { webhooks, ...overrides }: ConfigOverrides = {},
): Promise<TestApp> {
  return TestApp.start(database, {
    webhooks: {
      mode: 'enforce',
      secrets: [NEW_SECRET, OLD_SECRET],
      failuresPerMinute: 1_000_000,
      ...webhooks,
    },
    ...overrides,
  });
}

/** Posts a body with a valid signature and the given headers; an array sends a header several times, undefined omits it. */
export function postSigned(
  app: TestApp,
  body: Buffer | string | readonly (Buffer | string)[] = ENDED_BODY,
  headers: Headers = {},
  { path = CALL_ENDED, ...signing }: Signing & { path?: string } = {},
): Promise<RawAnswer> {
  const bytes =
    typeof body === 'string' || Buffer.isBuffer(body) ? body : Buffer.concat(body.map((p) => Buffer.from(p)));
  const all: Headers = { 'content-type': 'application/json', ...signedHeaders(bytes, signing), ...headers };
  const list = Object.entries(all).flatMap(([name, value = []]) =>
    (typeof value === 'string' ? [value] : value).map((one) => [name, one] as const),
  );
  return rawRequest(`${app.url}${path}`, { headers: list, body });
}

/** Counts all statements that this process sends to the database. */
export async function statementsDuring(work: () => Promise<unknown>): Promise<number> {
  const query = jest.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    return query.mock.calls.length;
  } finally {
    query.mockRestore();
  }
}
