import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { PostedWebhook, ReceivedRequest } from '../../src/simulator/journal.js';
import type { ScenarioName } from '../../src/simulator/scenario.js';
import type { Behaviour } from '../../src/simulator/settings.js';
import { eventually } from './eventually.js';
import { Program } from './program.js';

export const PBX_KEY = 'the-key-of-the-simulated-pbx';

/** What `POST /simulate` takes. */
type Simulation = Partial<Omit<Behaviour, 'scenario'>> & {
  readonly scenario: ScenarioName;
  readonly from?: string;
  readonly to_extension?: string;
};

/** A call that the PBX began by itself, and what became of each webhook about it. */
export interface SimulatedCall {
  readonly bracknet_call_id: string;
  readonly webhooks: PostedWebhook[];
}

/**
 * The simulator in a process of its own. Each of the two has to know the other's address before it starts, PBX and
 * CRM; so the webhooks come by way of this process, which passes them on.
 */
export class SimulatedPbx {
  /** Runs when the PBX has something to tell, before the CRM hears of it. */
  beforeWebhook: () => Promise<unknown> = () => Promise.resolve();
  private readonly wire = createServer((request, response) => {
    this.passOn(request, response).catch(() => response.destroy());
  });
  private instances: readonly { readonly url: string }[] = [];
  private passedOn = 0;
  private program: Program;
  private url: string;

  static async start(): Promise<SimulatedPbx> {
    const pbx = new SimulatedPbx();
    await once(pbx.wire.listen(0, '127.0.0.1'), 'listening');
    const address = pbx.wire.address();
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

  /** Where webhooks go from now on; several instances take turns. */
  tells(...instances: { readonly url: string }[]): void {
    this.instances = instances;
  }

  async behave(behaviour: Partial<Behaviour>): Promise<void> {
    await this.ask('POST', '/behaviour', behaviour);
  }

  /** Lets a call happen from beginning to end; calls that only a hang-up ends are left connected. */
  async simulate(simulation: Simulation): Promise<SimulatedCall> {
    return JSON.parse(await this.ask('POST', '/simulate', { wait: true, ...simulation }));
  }

  /** What it was asked so far. */
  async requests(operation: 'start' | 'hangup' | 'transfer'): Promise<ReceivedRequest[]> {
    const { requests } = await this.log();
    return requests.filter(({ path }) => path.startsWith(`/api/call/${operation}`));
  }

  /** Its first n webhooks, once the CRM has taken each. */
  async told(n: number): Promise<PostedWebhook[]> {
    const webhooks = await eventually(async () => {
      const { webhooks } = await this.log();
      if (webhooks.length < n) throw new Error(`${webhooks.length} webhooks of ${n} so far`);
      return webhooks.slice(0, n);
    });
    const refused = webhooks.find(({ status }) => status !== 200);
    if (refused !== undefined) throw new Error(`The CRM did not take ${JSON.stringify(refused)}`);
    return webhooks;
  }

  /** Forgets what was asked and told, and behaves as at first. */
  async reset(): Promise<void> {
    this.beforeWebhook = () => Promise.resolve();
    await this.ask('DELETE', '/behaviour');
    await this.ask('DELETE', '/log');
  }

  async close(): Promise<void> {
    if (!this.wire.listening) return;
    await this.program.kill();
    this.wire.close();
    this.wire.closeAllConnections();
    await once(this.wire, 'close');
  }

  private async log(): Promise<{ requests: ReceivedRequest[]; webhooks: PostedWebhook[] }> {
    return JSON.parse(await this.ask('GET', '/log'));
  }

  private async ask(method: string, path: string, body?: object): Promise<string> {
    const headers = { authorization: `Bearer ${PBX_KEY}` };
    const answer = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) });
    const answerText = await answer.text();
    if (!answer.ok) throw new Error(`The simulator answered ${answer.status}: ${answerText}`);
    return answerText;
  }

  private async passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    await this.beforeWebhook();
    const instance = this.instances[this.passedOn++ % this.instances.length];
    const answer = await fetch(`${instance?.url}${request.url}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  }
}
