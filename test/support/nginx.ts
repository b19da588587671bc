import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { io, type Socket } from 'socket.io-client';
import type { Certificates } from './certificates.js';
import { ROOT } from './documents.js';
import { freePort } from './free-port.js';

/** Where the example says that the service and the CRM listen, and what it leaves to the operator. */
const EXAMPLE = 'docs/nginx/trustcart-telephony.conf';
const SERVICE = 'server 127.0.0.1:3000;';
const CRM = 'server 127.0.0.1:8080;';

export interface NginxRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Address of this machine from which to connect. */
  readonly from?: string;
}

export interface NginxAnswer {
  readonly status: number;
  readonly text: string;
}

/** The nginx of this machine with the example of the documents, on free ports of 127.0.0.1. */
export class Nginx {
  private constructor(
    private readonly process: ChildProcessByStdio<null, null, Readable>,
    private readonly folder: string,
    private readonly port: number,
    private readonly authority: Buffer,
  ) {}

  /**
   * @param service host and port
   * @param crm host and port
   * @throws {Error} when it does not start, with what it printed
   */
  static async start(service: string, crm: string, certificates: Certificates): Promise<Nginx> {
    const folder = await mkdtemp(join(tmpdir(), 'telephony-nginx-'));
    const [port, plainPort] = [await freePort(), await freePort()];
    const replacements: readonly (readonly [string, string])[] = [
      [SERVICE, `server ${service};`],
      [CRM, `server ${crm};`],
      ['listen 80;', `listen 127.0.0.1:${plainPort};`],
      ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`],
      ['/etc/nginx/tls/api.example.com.pem', certificates.certificate],
      ['/etc/nginx/tls/api.example.com.key', certificates.key],
    ];
    let example = await readFile(ROOT + EXAMPLE, 'utf8');
    for (const [written, here] of replacements) {
      if (!example.includes(written)) throw new Error(`${EXAMPLE} does not contain "${written}"`);
      example = example.replaceAll(written, here);
    }
    await writeFile(join(folder, 'example.conf'), example);
    await writeFile(join(folder, 'nginx.conf'), frameOf(folder));
    const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // Debian has it in a folder that is not in every PATH.
      env: { PATH: `${process.env.PATH}:/usr/sbin` },
    });
    const started = new Nginx(child, folder, port, await readFile(certificates.authority));
    await started.untilReady();
    return started;
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** It says by which method it waits for events after it has opened its ports. */
  private async untilReady(): Promise<void> {
    const lines = createInterface(this.process.stderr);
    const said: string[] = [];
    const ready = new Promise<void>((resolve) =>
      lines.on('line', (line) => {
        said.push(line);
        if (line.includes('event method')) resolve();
      }),
    );
    await Promise.race([
      ready,
      once(this.process, 'close').then(() => {
        throw new Error(`nginx ended: ${said.join('\n')}`);
      }),
    ]);
  }

  /** @param path is sent as it stands */
  async send(path: string, { method = 'GET', headers, body, from }: NginxRequest = {}): Promise<NginxAnswer> {
    const sent = request({
      host: '127.0.0.1',
      port: this.port,
      localAddress: from,
      ca: this.authority,
      agent: false,
      method,
      path,
      headers: { ...headers, ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }) },
    });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [Readable & { statusCode: number }];
    return { status: response.statusCode, text: await text(response) };
  }

  /** A socket to the namespace of the pushes, connecting. */
  openSocket(token: string, origin?: string): Socket {
    return io(`${this.url}/telephony`, {
      auth: { token },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: origin === undefined ? undefined : { origin },
      ca: this.authority.toString(),
    });
  }

  async stop(): Promise<void> {
    const closed = once(this.process, 'close');
    this.process.kill('SIGTERM');
    await closed;
    await rm(this.folder, { recursive: true });
  }
}

/** What the files of Debian have around an example: one process, and all its files in the folder. */
function frameOf(folder: string): string {
  const bodies = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${join(folder, name)};`,
  );
  return `daemon off;
master_process off;
pid ${join(folder, 'nginx.pid')};
error_log stderr notice;
events {}
http {
  access_log off;
${bodies.join('\n')}
  include ${join(folder, 'example.conf')};
}
`;
}
