import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { PostedWebhook, ReceivedRequest } from '../../src/simulator/journal.js';
import type { Behaviour } from '../../src/simulator/settings.js';
import { startSimulator, type Simulator } from '../../src/simulator/simulator.js';

export type Json = Record<string, unknown>;

/** A CRM that records webhooks and responds as the test specifies. */
export class RecordingCrm {
  readonly webhooks: { path: string; body: Json; at: number }[] = [];
  answer: () => number | Promise<number> = () => 200;
  url: string;

  private readonly server: Server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const body: Json = JSON.parse(text);
      this.webhooks.push({ path: request.url ?? '', body, at: performance.now() });
      this.server.emit('webhook');
      void Promise.resolve(this.answer()).then((status) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end('{"status":"ok"}'),
      );
    });
  });

  async start(): Promise<void> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    const address = this.server.address();
    this.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  /** Waits for the first n bodies. */
  async received(n: number): Promise<Json[]> {
    while (this.webhooks.length < n) await once(this.server, 'webhook');
    return this.bodies().slice(0, n);
  }

  bodies(): Json[] {
    return this.webhooks.map(({ body }) => body);
  }

  /** Delays responses from now on until the returned function is called. */
  holdAnswers(): () => void {
    const released = once(this.server, 'release');
    this.answer = () => released.then(() => 200);
    return () => void this.server.emit('release');
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  json: () => Json;
}

interface Simulated {
  bracknet_call_id: string;
  seed: number;
  webhooks: PostedWebhook[];
}

/** A simulator in this process, the CRM it posts to, and a client's requests to it. */
export class SimulatorHarness {
  readonly crm = new RecordingCrm();
  readonly printed: string[] = [];
  simulator: Simulator;

  async start(): Promise<void> {
    await this.crm.start();
    this.simulator = await startSimulator({
      port: 0,
      key: 'k',
      crmUrl: this.crm.url,
      print: (line) => this.printed.push(line),
    });
  }

  async close(): Promise<void> {
    await this.simulator.close();
    await this.crm.close();
  }

  async request(method: string, path: string, body?: Json, more: RequestInit = {}): Promise<Reply> {
    const response = await fetch(this.simulator.url + path, {
      method,
      headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
      redirect: 'manual',
      ...more,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  }

  async startCall(fields: Json = {}, more?: RequestInit): Promise<Reply> {
    const contract = { agent_extension: '201', customer_number: '01712345678', call_type: 'outbound' };
    return this.request('POST', '/api/call/start', { ...contract, ...fields }, more);
  }

  /** Starts a call that must succeed. */
  async startedCallId(): Promise<string> {
    return String((await this.startCall()).json().bracknet_call_id);
  }

  async hangUp(id: unknown): Promise<Reply> {
    return this.request('POST', '/api/call/hangup', { bracknet_call_id: id });
  }

  async transfer(id: unknown, extension: string): Promise<Reply> {
    return this.request('POST', '/api/call/transfer', {
      bracknet_call_id: id,
      transfer_extension: extension,
    });
  }

  async behave(behaviour: Partial<Behaviour>): Promise<Reply> {
    return this.request('POST', '/behaviour', { ...behaviour });
  }

  /** Runs a scenario to its end. */
  async simulate(fields: Json): Promise<Simulated> {
    const reply = await this.request('POST', '/simulate', { wait: true, ...fields });
    if (reply.status !== 200) throw new Error(reply.text);
    const simulated: Simulated = JSON.parse(reply.text);
    return simulated;
  }

  async log(): Promise<{ requests: ReceivedRequest[]; webhooks: PostedWebhook[] }> {
    const { text } = await this.request('GET', '/log');
    return JSON.parse(text);
  }
}

export function namesOf(bodies: Json[]): unknown[] {
  return bodies.map(({ event }) => event);
}

/** Simulated seconds from one event to another. */
export function secondsBetween(from: Json | undefined, to: Json | undefined): number {
  return (Date.parse(String(to?.timestamp)) - Date.parse(String(from?.timestamp))) / 1000;
}
