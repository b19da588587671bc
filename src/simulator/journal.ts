import type { IncomingHttpHeaders } from 'node:http';
import type { PbxEvent } from './webhooks/events.js';

/** A call-control request as it was received. */
export interface ReceivedRequest {
  at: string;
  /** With the query, if there was one. */
  path: string;
  /** Without `authorization`. */
  headers: IncomingHttpHeaders;
  /** Parsed JSON; the raw text if it was none. */
  body: unknown;
  /** Null until it was answered. */
  status: number | null;
}

/** What became of one webhook. */
export interface PostedWebhook {
  at: string;
  event: PbxEvent['event'];
  path: string;
  body: PbxEvent;
  /** HTTP status of the last attempt; null when the CRM did not answer. */
  status: number | null;
  /** Parsed JSON; the raw text if it was none; null without an answer. */
  response: unknown;
  attempts: number;
}

/** What the simulator took in and sent out: in full for `GET /log`, one masked line each for people. */
export class Journal {
  requests: ReceivedRequest[] = [];
  webhooks: PostedWebhook[] = [];

  constructor(private readonly print: (line: string) => void) {}

  clear(): void {
    this.requests = [];
    this.webhooks = [];
  }

  /** The entry is kept on arrival; the one who answers sets its status. */
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

/** A phone number of which no more than the last three digits are left. */
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
