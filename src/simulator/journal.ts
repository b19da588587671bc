import type { IncomingHttpHeaders } from 'node:http';
import type { PbxEvent } from './webhooks/events.js';

/** A call-control request as it was received. */
export interface ReceivedRequest {
  at: string;
  /** With the query string. */
  path: string;
  /** Without `authorization`. */
  headers: IncomingHttpHeaders;
  /** Parsed JSON; the raw text if it is not JSON. */
  body: unknown;
  /** null until the response is sent. */
  status: number | null;
}

/** Result of posting a webhook. */
export interface PostedWebhook {
  at: string;
  event: PbxEvent['event'];
  path: string;
  body: PbxEvent;
  /** HTTP status of the last attempt; null without a response. */
  status: number | null;
  /** Parsed JSON; the raw text if it is not JSON; null without a response. */
  response: unknown;
  attempts: number;
}

/** Records received requests and posted webhooks for `GET /log`, and prints a masked line for each. */
export class Journal {
  requests: ReceivedRequest[] = [];
  webhooks: PostedWebhook[] = [];

  constructor(private readonly print: (line: string) => void) {}

  clear(): void {
    this.requests = [];
    this.webhooks = [];
  }

  /** Records a request on arrival; `answered` sets its status. */
  received(path: string, headers: IncomingHttpHeaders, body: unknown): ReceivedRequest {
    const { authorization: _authorization, ...kept } = headers;
    const entry: ReceivedRequest = { at: now(), path, headers: kept, body, status: null };
    this.requests.push(entry);
    return entry;
  }

  answered(entry: ReceivedRequest, status: number): void {
    entry.status = status;
    this.line(`POST ${entry.path} answered ${status}`);
  }

  posted(webhook: PostedWebhook): void {
    this.webhooks.push(webhook);
    this.line(`${summaryOf(webhook.body)} posted to ${webhook.path}: ${webhook.status ?? 'no answer'}`);
  }

  attemptFailed(event: PbxEvent, attempt: number, problem: string): void {
    this.line(`${summaryOf(event)} attempt ${attempt} failed: ${problem}`);
  }

  dropped(event: PbxEvent): void {
    this.line(`${summaryOf(event)} dropped`);
  }

  line(text: string): void {
    this.print(`${now()} ${text}`);
  }
}

/** Masks all but the last three characters of a phone number. */
export function mask(number: string): string {
  return number.length > 3 ? '*'.repeat(number.length - 3) + number.slice(-3) : '*'.repeat(number.length);
}

function summaryOf(event: PbxEvent): string {
  const parts: string[] = [event.event];
  if ('bracknet_call_id' in event) parts.push(event.bracknet_call_id);
  if ('from' in event) parts.push(`from ${mask(event.from)} to ${event.to_extension}`);
  if ('customer_number' in event) parts.push(`to ${mask(event.customer_number)}`);
  if ('agent_extension' in event) parts.push(`at ${event.agent_extension}`);
  if ('end_reason' in event) parts.push(`${event.end_reason} after ${event.duration} s`);
  return parts.join(' ');
}

function now(): string {
  return new Date().toISOString();
}
