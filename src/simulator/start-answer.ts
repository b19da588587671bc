import { failure, type Answer } from './http/http-server.js';

export const START_ANSWERS = [
  'ok',
  'slow',
  'callId',
  'id',
  'no-id',
  'empty',
  'html',
  'huge',
  'http400',
  'http500',
  'redirect',
] as const;
export type StartAnswerName = (typeof START_ANSWERS)[number];

/** Webhooks follow only if the answer places a call. */
type StartAnswer =
  { placesCall: true; answer: (callId: string) => Answer } | { placesCall: false; answer: () => Answer };

const SUCCESS = { status: 'success', message: 'Call initiated' };
const HUGE_BYTES = 16 * 1024 * 1024;

const ANSWERS: Record<StartAnswerName, StartAnswer> = {
  ok: { placesCall: true, answer: success },
  /** The contract's answer, sent after `slowMs`. */
  slow: { placesCall: true, answer: success },
  callId: { placesCall: true, answer: (callId) => ({ status: 200, body: { ...SUCCESS, callId } }) },
  id: { placesCall: true, answer: (callId) => ({ status: 200, body: { ...SUCCESS, id: callId } }) },
  'no-id': { placesCall: false, answer: () => ({ status: 200, body: SUCCESS }) },
  empty: { placesCall: false, answer: () => ({ status: 200 }) },
  html: {
    placesCall: false,
    answer: () => ({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: '<!doctype html><title>Bracknet</title><h1>Please log in</h1>',
    }),
  },
  huge: {
    placesCall: false,
    answer: () => ({
      status: 200,
      body: { ...SUCCESS, bracknet_call_id: 'BN-CALL-000000', padding: 'x'.repeat(HUGE_BYTES) },
    }),
  },
  http400: { placesCall: false, answer: () => failure(400, 'Extension is not registered') },
  http500: { placesCall: false, answer: () => failure(500, 'Internal PBX error') },
  /** Redirects to start again, so that a client that follows it appears twice in the log. */
  redirect: {
    placesCall: false,
    answer: () => ({ status: 307, headers: { location: '/api/call/start?redirected=1' } }),
  },
};

export function startAnswer(name: StartAnswerName): StartAnswer {
  return ANSWERS[name];
}

function success(callId: string): Answer {
  return { status: 200, body: { status: 'success', bracknet_call_id: callId, message: 'Call initiated' } };
}
