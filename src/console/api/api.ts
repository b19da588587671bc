import { sessionEnded } from '../session/session.js';
import { token } from '../session/token.js';
import { ApiError } from './api-error.js';

const TIMEOUT_MS = 10_000;
/** A request that the PBX has to answer: longer than the service waits for the PBX. */
const PBX_TIMEOUT_MS = 30_000;

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RequestOptions {
  /** A start needs no `Idempotency-Key`: the service knows a repeated click, and a new key would insist on another call. */
  readonly asksPbx?: boolean;
}

async function request<Answer>(
  method: Method,
  path: string,
  body: object | null,
  { asksPbx = false }: RequestOptions = {},
): Promise<Answer> {
  const used = token.value;
  const answer = await fetch(`/api/${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${used ?? ''}`,
      ...(body !== null && { 'Content-Type': 'application/json' }),
    },
    ...(body !== null && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(asksPbx ? PBX_TIMEOUT_MS : TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw ApiError.withoutAnswer(error);
  });
  if (answer.status === 401) sessionEnded(used);
  if (!answer.ok) throw await ApiError.of(answer);
  return (answer.status === 204 ? undefined : await answer.json()) as Answer;
}

/** The routes of docs/contract.md. Paths are without `/api/`. Every method throws {@link ApiError}. */
export const api = {
  get: <Answer>(path: string) => request<Answer>('GET', path, null),
  post: <Answer>(path: string, body: object, options?: RequestOptions) =>
    request<Answer>('POST', path, body, options),
  put: <Answer>(path: string, body: object) => request<Answer>('PUT', path, body),
  patch: <Answer>(path: string, body: object) => request<Answer>('PATCH', path, body),
  delete: (path: string) => request<undefined>('DELETE', path, null),
};
