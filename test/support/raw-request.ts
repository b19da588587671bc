import { request, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  /** Sent as it is; by default that of the URL. */
  readonly path?: string;
  /** Sent in this order; a name may occur twice. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Sent unchanged; several parts are sent in chunks, without a Content-Length. */
  readonly body?: Buffer | string | readonly (Buffer | string)[];
}

/** An HTTP request without validation, for requests that a client library would not send. */
export function rawRequest(
  url: string,
  { method = 'POST', path, headers = [], body = '' }: RawRequest,
): Promise<RawAnswer> {
  const parts = typeof body === 'string' || Buffer.isBuffer(body) ? null : body;
  const whole = parts === null ? Buffer.from(body as Buffer | string) : null;
  const length = whole === null ? [] : ['Content-Length', String(whole.length)];
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      ...(path !== undefined && { path }),
      headers: ['Host', new URL(url).host, ...headers.flat(), ...length],
      agent: false,
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      // A response before the body was read may abort the upload.
      sent.removeAllListeners('error').on('error', () => undefined);
      buffer(response).then(
        (bytes) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: bytes,
            text: bytes.toString(),
          }),
        reject,
      );
    });
    if (parts === null) sent.end(whole);
    else {
      for (const part of parts) sent.write(part);
      sent.end();
    }
  });
}
