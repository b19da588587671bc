import { Agent, get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface TimedAnswer<Body> {
  readonly body: Body;
  /** From the request to the last byte of the answer. */
  readonly milliseconds: number;
}

/** Asks the API over connections that stay open, as a browser does. */
export class JsonClient {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** @throws {Error} for any other answer than 200: its time would say nothing */
  async get<Body>(path: string, query: Readonly<Record<string, string>> = {}): Promise<TimedAnswer<Body>> {
    const address = `${this.url}/api/${path}?${new URLSearchParams(query).toString()}`;
    const since = performance.now();
    const request = get(address, {
      agent: this.agent,
      headers: { Authorization: `Bearer ${this.token}` },
    });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const json = await text(response);
    const milliseconds = performance.now() - since;
    if (response.statusCode !== 200)
      throw new Error(`${address} is answered ${response.statusCode}: ${json}`);
    return { body: JSON.parse(json) as Body, milliseconds };
  }
}
