import { type KeyObject, randomUUID } from 'node:crypto';
import { customerOf } from '../population.js';
import { sign } from './signature.js';
import { clickOf, eventsOf, isMissed } from './workload.js';

/** Requests that a connection sends one after the other: the events of a call, or one click. */
export interface Sequence {
  /** Number of the call. */
  readonly call: number;
  readonly requests: readonly Buffer[];
  /** Customer of a missed call; null: not a missed call. */
  readonly missedCustomer: number | null;
}

/** @param key for forgeries, a key that the server does not know */
export function eventsOfCall(n: number, host: string, key: KeyObject): Sequence {
  const now = Date.now();
  const timestamp = String(Math.floor(now / 1000));
  const requests = eventsOf(n, now).map(({ route, payload }) => {
    const id = `msg_${randomUUID()}`;
    const body = JSON.stringify(payload);
    return post(host, `/api/webhook/bracknet/${route}`, body, {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': sign(key, id, timestamp, body),
    });
  });
  return { call: n, requests, missedCustomer: isMissed(n) ? customerOf(n) : null };
}

export function clickOfCall(n: number, host: string, agent: number, token: string): Sequence {
  const body = JSON.stringify(clickOf(n, agent));
  return {
    call: n,
    requests: [post(host, '/api/call/start', body, { authorization: `Bearer ${token}` })],
    missedCustomer: null,
  };
}

function post(host: string, path: string, body: string, headers: Readonly<Record<string, string>>): Buffer {
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
