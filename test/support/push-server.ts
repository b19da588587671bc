import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { Server as SocketServer, type Socket } from 'socket.io';
import type { LiveCall, LiveSnapshot, LiveTask, ServerEvents } from '../../src/client/wire.js';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** An open call as the service sends it. */
export function liveCall(part: Partial<LiveCall> & Pick<LiveCall, 'id'>): LiveCall {
  return {
    provider: 'bracknet',
    externalCallId: `BN-CALL-${part.id}`,
    crmCallId: null,
    taskId: null,
    agentUserId: 7,
    agentPhone: '201',
    firstAgentPhone: null,
    customerPhone: '01712345678',
    customerNumberE164: '+8801712345678',
    customerId: null,
    direction: 'inbound',
    status: 'ringing',
    disposition: null,
    endReason: null,
    startedAt: '2026-01-03T10:30:00.000Z',
    answeredAt: null,
    endedAt: null,
    durationSeconds: null,
    waitSeconds: null,
    holdSeconds: null,
    hasRecording: false,
    recordingUrl: null,
    recordingDurationSeconds: null,
    queueName: null,
    trunkName: null,
    inferred: [],
    version: 1,
    createdAt: '2026-01-03T10:30:00.000Z',
    updatedAt: '2026-01-03T10:30:00.000Z',
    ...part,
  };
}

export function liveTask(id: number): LiveTask {
  return {
    id,
    customerId: '01712345678',
    assignedAgentId: 7,
    taskDate: '2026-01-03',
    priority: 'warm',
    callReason: 'missed_call',
    status: 'pending',
    callOutcome: null,
  };
}

/**
 * A server that speaks `src/client/wire.ts` over HTTP and socket.io, with calls that a test writes: for what the service
 * itself does only by chance, such as a message that is lost or a snapshot that is late.
 */
export class PushServer {
  /** Calls of the user, open and ended. */
  readonly calls = new Map<number, LiveCall>();
  /** Tokens that are let in. */
  readonly tokens = new Set(['good']);
  /** Tokens of the connections so far, refused ones too. */
  readonly presented: unknown[] = [];
  /** Paths of the requests so far. */
  readonly requests: string[] = [];
  /** Awaited before an answer over HTTP is sent, after it was made. */
  beforeAnswer: (path: string) => Promise<void> | void = () => undefined;
  /** While true, requests over HTTP are answered with 503. */
  isBroken = false;
  /** So many of the next sockets are accepted, and cut before the server says anything on them. */
  socketsToCut = 0;
  /** Most calls that a snapshot has, the newest. */
  mostShown = Infinity;

  private constructor(
    private readonly http: Server,
    private readonly sockets: SocketServer,
    readonly url: string,
    private readonly folders: readonly string[],
  ) {}

  /** @param folders whose files are served, the first that has the file */
  static async start(folders: readonly string[] = [], port = 0): Promise<PushServer> {
    const http = createServer();
    const sockets = new SocketServer(http, {
      transports: ['websocket'],
      serveClient: false,
      allowRequest: (request, decide) => server.admit(request, decide),
    });
    await once(http.listen(port, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const server = new PushServer(http, sockets, url, folders);
    server.serve();
    return server;
  }

  get connected(): number {
    return this.sockets.of('/telephony').sockets.size;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Writes calls without a message. */
  write(...calls: LiveCall[]): void {
    for (const call of calls) this.calls.set(call.id, call);
  }

  send<E extends keyof ServerEvents>(event: E, ...message: Parameters<ServerEvents[E]>): void {
    this.sockets.of('/telephony').emit(event, ...message);
  }

  update(call: LiveCall): void {
    this.write(call);
    this.send('call_updated', { v: 1, call });
  }

  ring(call: LiveCall, name: string | null = null): void {
    this.write(call);
    const customer = name === null ? null : { id: 5, name, phone: call.customerPhone, email: null };
    const pop = `/api/telephony/calls/${call.id}/pop`;
    this.send('incoming_call', { v: 1, call, customer, matchCount: name === null ? 0 : 1, pop });
  }

  /** Closes each connection as a broken network does. */
  cut(): void {
    for (const socket of this.joined()) socket.conn.close();
  }

  /** Closes each socket as the end of a session does. */
  expel(): void {
    for (const socket of this.joined()) socket.disconnect(true);
  }

  async stop(): Promise<void> {
    this.http.closeAllConnections();
    await this.sockets.close();
  }

  private joined(): Socket[] {
    return [...this.sockets.of('/telephony').sockets.values()];
  }

  private snapshot(): LiveSnapshot {
    const calls = [...this.calls.values()].filter(({ status }) => !['completed', 'failed'].includes(status));
    const me = { userId: 7, role: 'agent', extensions: ['201'], status: 'online' } as const;
    const isComplete = calls.length <= this.mostShown;
    const shown = isComplete ? calls : calls.slice(-this.mostShown);
    return { serverTime: new Date().toISOString(), calls: shown, isComplete, me };
  }

  private serve(): void {
    this.http.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (!request.url?.startsWith('/socket.io/')) void this.answer(request, response);
    });
    this.sockets.of('/telephony').use((socket, next) => {
      const { token } = socket.handshake.auth as { token?: unknown };
      this.presented.push(token);
      if (typeof token === 'string' && this.tokens.has(token)) return next();
      const data = { code: 'UNAUTHENTICATED', message: 'The access token is not valid' };
      next(Object.assign(new Error(data.message), { data }));
    });
    this.sockets.of('/telephony').on('connection', (socket) => {
      socket.emit('ready', {
        v: 1,
        userId: 7,
        role: 'agent',
        extensions: ['201'],
        serverTime: new Date().toISOString(),
        instance: 'push-server',
      });
    });
  }

  private admit(request: IncomingMessage, decide: (error: null, isAdmitted: boolean) => void): void {
    if (this.socketsToCut === 0) return decide(null, true);
    this.socketsToCut -= 1;
    // As in RFC 6455, section 4.2.2.
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    request.socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const json = async (status: number, body: unknown): Promise<void> => {
      const text = JSON.stringify(body);
      await this.beforeAnswer(path);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
    };
    if (!path.startsWith('/api/')) return this.answerFile(path, response);
    this.requests.push(path);
    if (this.isBroken) return json(503, { code: 'NOT_READY' });
    const [, token = ''] = request.headers.authorization?.split(' ') ?? [];
    if (!this.tokens.has(token)) return json(401, { code: 'UNAUTHENTICATED' });
    if (path === '/api/telephony/live') return json(200, this.snapshot());
    const call = this.calls.get(Number(path.split('/').at(-1)));
    return call === undefined ? json(404, { code: 'CALL_NOT_FOUND' }) : json(200, { ...call, meta: {} });
  }

  private async answerFile(path: string, response: ServerResponse): Promise<void> {
    for (const folder of this.folders) {
      const file = await readFile(join(folder, path)).catch(() => null);
      if (file === null) continue;
      response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'text/plain' }).end(file);
      return;
    }
    response.writeHead(404).end();
  }
}
