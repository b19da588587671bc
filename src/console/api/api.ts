import { session, sessionEnded } from '../session/session.js';
import { token } from '../session/token.js';
import { ApiError } from './api-error.js';

const TIMEOUT_MS = 10_000;
/** A request that the PBX has to answer: longer than the service waits for the PBX. */
const PBX_TIMEOUT_MS = 30_000;

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RequestOptions {
  /** A start needs no `Idempotency-Key`: the service knows a repeated click, and a new key would insist on another call. */
  readonly asksPbx?: boolean;
  /** It arrives also when the tab is closed meanwhile; for bodies of less than 64 kB. */
  readonly outlivesPage?: boolean;
}

/** Ends what is being read when the session does. What is written arrives, or was refused, whoever waits for it. */
let reading = new AbortController();
session.subscribe((state) => {
  if (state === 'open') reading = new AbortController();
  else reading.abort(ApiError.signedOut());
});

async function fetchOk(path: string, options: RequestInit): Promise<Response> {
  const used = token.peek();
  // A page that asks again and again goes on when somebody has signed in.
  if (session.peek() !== 'open') throw ApiError.signedOut();
  const answer = await fetch(`/api/${path}`, {
    ...options,
    headers: { ...options.headers, Authorization: `Bearer ${used ?? ''}` },
  }).catch((error: unknown) => {
    throw ApiError.withoutAnswer(error);
  });
  if (answer.ok) return answer;
  const error = await ApiError.of(answer);
  if (answer.status === 401) sessionEnded(used);
  throw error;
}

async function request<Answer>(
  method: Method,
  path: string,
  body: object | null,
  { asksPbx = false, outlivesPage = false }: RequestOptions = {},
): Promise<Answer> {
  const late = AbortSignal.timeout(asksPbx ? PBX_TIMEOUT_MS : TIMEOUT_MS);
  const answer = await fetchOk(path, {
    method,
    keepalive: outlivesPage,
    ...(body !== null && {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
    signal: method === 'GET' ? AbortSignal.any([late, reading.signal]) : late,
  });
  if (answer.status === 204) return undefined as Answer;
  return answer.json().catch((error: unknown) => {
    // Cut off, too late, or not of the service but of something before it.
    throw ApiError.withoutAnswer(error);
  }) as Promise<Answer>;
}

/** A file, which may take minutes. The browser keeps a large one on its disk. */
async function file(path: string): Promise<{ readonly content: Blob; readonly name: string | null }> {
  const answer = await fetchOk(path, { signal: reading.signal });
  const name = /filename="([^"]+)"/u.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? null;
  const content = await answer.blob().catch((error: unknown) => {
    // The service cuts the connection rather than end a part of the file as if it were all.
    throw ApiError.incompleteFile(error);
  });
  return { content, name };
}

/** The routes of docs/contract.md. Paths are without `/api/`. Every method throws {@link ApiError}. */
export const api = {
  get: <Answer>(path: string) => request<Answer>('GET', path, null),
  file,
  post: <Answer>(path: string, body: object, options?: RequestOptions) =>
    request<Answer>('POST', path, body, options),
  put: <Answer>(path: string, body: object, options?: RequestOptions) =>
    request<Answer>('PUT', path, body, options),
  patch: <Answer>(path: string, body: object) => request<Answer>('PATCH', path, body),
  delete: (path: string) => request<undefined>('DELETE', path, null),
};
