import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

export type Answering = (request: IncomingMessage, response: ServerResponse) => void;

/** The start of an MP3, so that it is known as one, and zeros. */
export function mp3Of(bytes: number): Buffer {
  const mp3 = Buffer.alloc(bytes);
  for (let index = 0; index < bytes; index += 1) mp3[index] = index % 251;
  mp3.write('ID3', 0, 'latin1');
  return mp3;
}

/** An HTTP server that has recordings, as a test says. */
export class RecordingPeer {
  readonly requests: IncomingMessage[] = [];
  answer: Answering = (_request, response) => response.writeHead(404).end();
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @param tls with it: by https */
  static async start(
    address = '127.0.0.1',
    tls?: { readonly cert: Buffer; readonly key: Buffer },
  ): Promise<RecordingPeer> {
    let peer: RecordingPeer | undefined;
    const listen = (request: IncomingMessage, response: ServerResponse): void => {
      peer?.requests.push(request);
      peer?.answer(request, response);
    };
    const server = tls === undefined ? createServer(listen) : createSecureServer(tls, listen);
    await once(server.listen(0, address), 'listening');
    const found = server.address();
    const scheme = tls === undefined ? 'http' : 'https';
    peer = new RecordingPeer(
      server,
      `${scheme}://${address}:${typeof found === 'object' ? found?.port : ''}`,
    );
    return peer;
  }

  get port(): string {
    return new URL(this.url).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}

/** Serves these bytes, with Range as a good server does. */
export function servesParts(bytes: Buffer, contentType = 'audio/mpeg'): Answering {
  return (request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.range ?? '') ?? [];
    if (from === undefined) {
      response.writeHead(200, { 'content-type': contentType, 'content-length': bytes.length }).end(bytes);
      return;
    }
    const start = Number(from);
    const end = to === '' ? bytes.length - 1 : Math.min(Number(to), bytes.length - 1);
    if (start >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    const part = bytes.subarray(start, end + 1);
    const range = `bytes ${start}-${end}/${bytes.length}`;
    response
      .writeHead(206, { 'content-type': contentType, 'content-range': range, 'content-length': part.length })
      .end(part);
  };
}

/** Serves the whole, whatever part is asked for. */
export function servesWhole(bytes: Buffer): Answering {
  return (_request, response) =>
    response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': bytes.length }).end(bytes);
}
