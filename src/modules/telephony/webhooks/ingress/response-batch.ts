import type { ServerResponse } from 'node:http';

/** An answer, ready to be sent. */
export interface PreparedResponse {
  readonly response: ServerResponse;
  readonly status: number;
  /** Names and values in turn, which Node takes as they are: an object of headers made a refusal a tenth dearer. */
  readonly headers: string[];
  readonly body: string;
}

export function sendResponse({ response, status, headers, body }: PreparedResponse): void {
  response.writeHead(status, headers);
  response.end(body);
}

/**
 * With more requests under way at once, V8 now and then takes what belongs to them for long-lived, and collecting that
 * costs a flood more than sending it together saves.
 */
const MAX_BATCH = 16;

/**
 * Sends together what is answered in one turn of the event loop, when all that came in it is read. A write wakes up
 * whoever waits at the other end, which costs more than all the rest of a refusal; of many in a row it costs once.
 */
export class ResponseBatch {
  private answers: PreparedResponse[] = [];

  add(answer: PreparedResponse): void {
    const waiting = this.answers.push(answer);
    if (waiting === 1) setImmediate(() => this.sendAll());
    else if (waiting === MAX_BATCH) this.sendAll();
  }

  private sendAll(): void {
    const { answers } = this;
    this.answers = [];
    for (const answer of answers) sendOrHangUp(answer);
  }
}

/** The others of its round are not to wait for ever for the sake of one that cannot be sent. */
function sendOrHangUp(answer: PreparedResponse): void {
  try {
    sendResponse(answer);
  } catch {
    answer.response.destroy();
  }
}
