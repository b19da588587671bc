import { setTimeout as pause } from 'node:timers/promises';
import { types } from 'node:util';
import { routeOf, type PbxEvent } from './events.js';
import { jsonOrText } from '../http/json-or-text.js';
import type { Journal, PostedWebhook } from '../journal.js';
import type { Signer } from './signer.js';

const ATTEMPTS = 3;
const RETRY_PAUSE_MS = 250;
const TIMEOUT_MS = 15_000;

/** Posts events to the CRM. Retries twice when there is no response or a 5xx. */
export class WebhookPoster {
  constructor(
    private readonly crmUrl: string,
    private readonly journal: Journal,
    private readonly stopped: AbortSignal,
    private readonly sign: Signer,
  ) {}

  /** Never throws; `status` is null when the webhook could not be delivered. */
  async post(event: PbxEvent, oneShot: boolean): Promise<PostedWebhook> {
    const path = routeOf(event.event, oneShot);
    const at = new Date().toISOString();
    let attempts = 0;
    let outcome: Outcome;
    do {
      if (attempts > 0)
        await pause(RETRY_PAUSE_MS, undefined, { signal: this.stopped }).catch(() => undefined);
      attempts += 1;
      outcome = await this.attempt(path, JSON.stringify(event));
      if (outcome.problem) this.journal.attemptFailed(event, attempts, outcome.problem);
    } while (outcome.problem && attempts < ATTEMPTS && !this.stopped.aborted);
    const { status, response } = outcome;
    const webhook: PostedWebhook = { at, event: event.event, path, body: event, status, response, attempts };
    this.journal.posted(webhook);
    return webhook;
  }

  private async attempt(path: string, rawBody: string): Promise<Outcome> {
    try {
      const answer = await fetch(this.crmUrl.replace(/\/+$/, '') + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'bracknet-simulator',
          ...this.sign(rawBody),
        },
        body: rawBody,
        redirect: 'manual',
        signal: AbortSignal.any([this.stopped, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const response = jsonOrText(await answer.text());
      return {
        status: answer.status,
        response,
        problem: answer.status >= 500 ? `HTTP ${answer.status}` : null,
      };
    } catch (error) {
      return { status: null, response: null, problem: reasonOf(error) };
    }
  }
}

interface Outcome {
  status: number | null;
  response: unknown;
  /** Reason for a retry; null: no retry. */
  problem: string | null;
}

function reasonOf(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  // fetch reports only "fetch failed"; the error of the connection is its cause.
  const { cause } = error;
  if (!types.isNativeError(cause)) return error.message;
  return 'code' in cause ? String(cause.code) : cause.message;
}
