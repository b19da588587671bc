import type { ServerResponse } from 'node:http';

/** A response that is ready to be sent. */
export interface PreparedResponse {
  readonly response: ServerResponse;
  readonly status: number;
  /** Names and values alternately, which Node.js sends as they are. An object made a rejection 10 % more expensive. */
  readonly headers: string[];
  readonly body: string;
}

export function sendResponse({ response, status, headers, body }: PreparedResponse): void {
  response.writeHead(status, headers);
  response.end(body);
}

/**
 * Limits the batch: with more pending responses, V8 promotes their objects to the old generation, and collecting them
 * there costs more than batching saves.
 */
const MAX_BATCH = 16;

/**
 * Sends the responses of one turn of the event loop together, after all requests of that turn are read. Writing to a
 * socket wakes up the receiver, which costs more than all other work on a rejection; consecutive writes pay that once.
 */
export class ResponseBatch {
  private responses: PreparedResponse[] = [];

  add(response: PreparedResponse): void {
    const waiting = this.responses.push(response);
    if (waiting === 1) setImmediate(() => this.sendAll());
    else if (waiting === MAX_BATCH) this.sendAll();
  }

  private sendAll(): void {
    const { responses } = this;
    this.responses = [];
    for (const response of responses) sendOrHangUp(response);
  }
}

/** A response that cannot be sent must not keep the others of its batch from being sent. */
function sendOrHangUp(prepared: PreparedResponse): void {
  try {
    sendResponse(prepared);
  } catch {
    prepared.response.destroy();
  }
}
