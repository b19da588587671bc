import type { IncomingMessage, ServerResponse } from 'node:http';
import { toneWav } from './tone-wav.js';

export const RECORDINGS_PATH = '/records';

const ADDRESS = /^\/records\/([\w.-]{1,100})\.wav$/u;

/** Answers a request for a recording, which needs no key. @returns false when it is for something else */
export function serveRecording({ method, url = '' }: IncomingMessage, response: ServerResponse): boolean {
  const id = ADDRESS.exec(url)?.[1];
  if (id === undefined || (method !== 'GET' && method !== 'HEAD')) return false;
  const wav = toneWav(id);
  response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': wav.length });
  response.end(method === 'HEAD' ? undefined : wav);
  return true;
}
