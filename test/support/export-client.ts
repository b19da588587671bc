import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import { tokenOf, type TestApp } from './app.js';

/** An export of which the client has read the headers, and nothing else until it is told to. */
export interface OpenExport {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
  /** All that is left of the file, with its byte order mark. Rejects when the connection is cut. */
  readonly rest: () => Promise<string>;
}

export async function openExport(app: TestApp, path: string, user: TokenRequest): Promise<OpenExport> {
  const headers = { Authorization: `Bearer ${await tokenOf(user)}` };
  const request = get(`${app.url}${path}`, { headers, agent: false });
  request.on('error', () => undefined);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { request, response, rest: async () => (await buffer(response)).toString() };
}

/** The whole file. */
export async function exported(app: TestApp, path: string, user: TokenRequest): Promise<string> {
  const { response, rest } = await openExport(app, path, user);
  const file = await rest();
  expect({ status: response.statusCode, file }).toMatchObject({ status: 200 });
  return file;
}
