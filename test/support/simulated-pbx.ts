import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { PostedWebhook, ReceivedRequest } from '../../src/simulator/journal.js';
import type { ScenarioName } from '../../src/simulator/scenario.js';
import type { Behaviour } from '../../src/simulator/settings.js';
import { eventually } from './eventually.js';
import { Program } from './program.js';

export const PBX_KEY = 'the-key-of-the-simulated-pbx';

/** Body of `POST /simulate`. */
type Simulation = Partial<Omit<Behaviour, 'scenario'>> & {
  readonly scenario: ScenarioName;
  readonly from?: string;
  readonly to_extension?: string;
};

/** A call that the PBX started, and the CRM's response to each of its webhooks. */
export interface SimulatedCall {
  readonly bracknet_call_id: string;
  readonly webhooks: PostedWebhook[];
}

/**
 * The simulator in its own process. PBX and CRM each need the other's address at their start, so the PBX sends its webhooks
 * to a proxy in this process, which forwards them to the CRM.
 */
export class SimulatedPbx {
  /** Runs before a webhook is forwarded to the CRM. */
  beforeWebhook: () => Promise<unknown> = () => Promise.resolve();
  private readonly proxy = createServer((request, response) => {
    this.forward(request, response).catch(() => response.destroy());
  });
  private instances: readonly { readonly url: string }[] = [];
  private forwarded = 0;
  private program: Program;
  private url: string;

  static async start(): Promise<SimulatedPbx> {
    const pbx = new SimulatedPbx();
    await once(pbx.proxy.listen(0, '127.0.0.1'), 'listening');
    const address = pbx.proxy.address();
    const port = typeof address === 'object' ? address?.port : null;
    const flags = `--port 0 --key ${PBX_KEY} --crm-url http://127.0.0.1:${port}`;
    pbx.program = new Program('../../src/simulator/main.ts', flags.split(' '));
    const [greeting = ''] = await pbx.program.printed(1);
    pbx.url = greeting.replace('Simulated PBX listening on ', '');
    return pbx;
  }

  /** Configures an application to be in live mode with this PBX. */
  get access(): { mode: 'live'; baseUrl: string; apiKey: string } {
    return { mode: 'live', baseUrl: this.url, apiKey: PBX_KEY };
  }

  /** Sets the instances that receive webhooks from now on, in turn. */
  sendWebhooksTo(...instances: { readonly url: string }[]): void {
    this.instances = instances;
  }

  async behave(behaviour: Partial<Behaviour>): Promise<void> {
    await this.send('POST', '/behaviour', behaviour);
  }

  /** Simulates a call until it ends; a call that only a hangup ends stays connected. */
  async simulate(simulation: Simulation): Promise<SimulatedCall> {
    return JSON.parse(await this.send('POST', '/simulate', { wait: true, ...simulation }));
  }

  /** The requests it has received so far. */
  async requests(operation: 'start' | 'hangup' | 'transfer'): Promise<ReceivedRequest[]> {
    const { requests } = await this.log();
    return requests.filter(({ path }) => path.startsWith(`/api/call/${operation}`));
  }

  /** Waits for its first n webhooks. @throws {Error} when the CRM rejected one of them */
  async deliveredWebhooks(n: number): Promise<PostedWebhook[]> {
    const webhooks = await eventually(async () => {
      const { webhooks } = await this.log();
      if (webhooks.length < n) throw new Error(`${webhooks.length} of ${n} webhooks so far`);
      return webhooks.slice(0, n);
    });
    const rejected = webhooks.find(({ status }) => status !== 200);
    if (rejected !== undefined) throw new Error(`The CRM rejected ${JSON.stringify(rejected)}`);
    return webhooks;
  }

  /** Clears its log and restores its default behaviour. */
  async reset(): Promise<void> {
    this.beforeWebhook = () => Promise.resolve();
    await this.send('DELETE', '/behaviour');
    await this.send('DELETE', '/log');
  }

  async close(): Promise<void> {
    if (!this.proxy.listening) return;
    await this.program.kill();
    this.proxy.close();
    this.proxy.closeAllConnections();
    await once(this.proxy, 'close');
  }

  private async log(): Promise<{ requests: ReceivedRequest[]; webhooks: PostedWebhook[] }> {
    return JSON.parse(await this.send('GET', '/log'));
  }

  private async send(method: string, path: string, body?: object): Promise<string> {
    const headers = { authorization: `Bearer ${PBX_KEY}` };
    const response = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) });
    const responseText = await response.text();
    if (!response.ok) throw new Error(`The simulator responded with ${response.status}: ${responseText}`);
    return responseText;
  }

  private async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    await this.beforeWebhook();
    const instance = this.instances[this.forwarded++ % this.instances.length];
    const answer = await fetch(`${instance?.url}${request.url}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  }
}
