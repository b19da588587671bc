import { AsyncLocalStorage } from 'node:async_hooks';

/** The current request, for log lines and the audit. */
export interface RequestContext {
  readonly requestId: string;
  /** Source address; from X-Forwarded-For if a trusted proxy sent it. */
  readonly address: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

export function runInRequestContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

/** undefined outside of a request. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore();
}
