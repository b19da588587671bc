import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import { DomainError } from '../../src/common/errors/domain-error.js';
import { PbxMetrics } from '../../src/modules/metrics/pbx-metrics.js';
import { BracknetClient } from '../../src/modules/telephony/bracknet/bracknet-client.js';

export const KEY = 'sk-live-7f3e2a';
export const CALL = {
  agent_extension: '201',
  agent_id: 'A102',
  customer_number: '01712345678',
  caller_id: 'TrustCart',
  call_type: 'outbound',
  crm_call_id: 'CRM-CALL-987654',
};
export const HANGUP = { bracknet_call_id: 'BN-CALL-456789' };
export const TRANSFER = { bracknet_call_id: 'BN-CALL-456789', transfer_extension: '301' };
export const ACCEPTED = {
  status: 'success',
  bracknet_call_id: 'BN-CALL-456789',
  message: 'Call initiated',
};

/** Handles the nth request, counted from 1. */
export type Behaviour = (response: ServerResponse, nth: number) => void;

export const answers =
  (status: number, body: unknown): Behaviour =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
export const accepts = answers(200, ACCEPTED);
export const hangsUp: Behaviour = (response) => response.destroy();
export const neverAnswers: Behaviour = () => undefined;

interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: unknown;
}

/** An HTTP server that replaces the PBX, with behaviour specified by a test. */
export interface BracknetPeer {
  url: string;
  server: Server;
  received: Received[];
  connections: Socket[];
}

const peers: BracknetPeer[] = [];
const clients: BracknetClient[] = [];

export async function pbxThat(behave: Behaviour): Promise<BracknetPeer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      peer.received.push({ method, url, headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      behave(response, peer.received.length);
    });
  });
  const peer: BracknetPeer = { url: '', server, received: [], connections: [] };
  peers.push(peer);
  server.on('connection', (socket) => peer.connections.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'object' && address !== null) peer.url = `http://127.0.0.1:${address.port}`;
  return peer;
}

/** @param timeoutMs by default so long that the server closes the connection first */
export function clientOf(
  baseUrl: string,
  timeoutMs = 15_000,
  metrics = new PbxMetrics(new Registry()),
  certificates: readonly string[] = [],
): BracknetClient {
  const client = new BracknetClient({ baseUrl, apiKey: KEY, certificates, timeoutMs }, metrics);
  clients.push(client);
  return client;
}

/** For `afterEach`. */
export async function closePeersAndClients(): Promise<void> {
  for (const client of clients.splice(0)) client.onApplicationShutdown();
  await Promise.all(peers.splice(0).map(closePeer));
}

export async function closePeer({ server }: BracknetPeer): Promise<void> {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
}

/** Captures the output of Nest's loggers, each line after its level, until `jest.restoreAllMocks()`. */
export function captureLogs(): string[] {
  const lines: string[] = [];
  for (const level of ['log', 'warn', 'error'] as const) {
    jest.spyOn(Logger.prototype, level).mockImplementation((line: unknown) => {
      lines.push(`${level} ${String(line)}`);
    });
  }
  return lines;
}

/** Returns the DomainError with which the work fails; any other result fails the test. */
export async function errorOf(work: Promise<unknown>): Promise<DomainError> {
  const outcome = await work.catch((error: unknown) => error);
  if (outcome instanceof DomainError) return outcome;
  throw new Error(`expected a DomainError, not ${inspect(outcome)}`);
}
