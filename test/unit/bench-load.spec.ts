import { createSecretKey } from 'node:crypto';
import { readPayload } from '../../src/modules/telephony/bracknet/bracknet-mapper.js';
import { readAnswer } from '../bench/load/http-answer.js';
import { clickOfCall, eventsOfCall } from '../bench/load/requests.js';
import { isSigned, keyOf, sign } from '../bench/load/signature.js';
import { percentile, ResponseCounter } from '../bench/load/response-counter.js';
import { isMissed, isRecorded, eventsOf } from '../bench/load/workload.js';

const CALLS = Array.from({ length: 4_000 }, (_, n) => 1_000_000 + n);
const routesOf = (n: number): string[] => eventsOf(n, Date.now()).map(({ route }) => route);

describe('the calls of the bench', () => {
  it('are missed one in four times, and recorded three in ten times of the others', () => {
    const missed = CALLS.filter(isMissed);
    const recorded = CALLS.filter((n) => !isMissed(n) && isRecorded(n));
    expect(missed.length / CALLS.length).toBeCloseTo(0.25, 1);
    expect(recorded.length / (CALLS.length - missed.length)).toBeCloseTo(0.3, 1);
  });

  it('have the lives of calls', () => {
    expect(new Set(CALLS.map((n) => routesOf(n).join(' ')))).toEqual(
      new Set([
        'incoming-call call-missed',
        'incoming-call call-answered call-ended',
        'incoming-call call-answered call-ended call-recording',
      ]),
    );
  });

  it('are reported as the contract wants it, in the order of their times', () => {
    for (const n of CALLS.slice(0, 200)) {
      const receivedAt = new Date();
      const times = eventsOf(n, receivedAt.getTime()).map(({ route, payload }) => {
        const read = readPayload(payload, { route, receivedAt, timeZone: 'Asia/Dhaka' });
        return read.kind === 'event' ? read.event.occurredAt.getTime() : NaN;
      });
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times.at(-1)).toBe(receivedAt.getTime());
    }
  });

  it('come signed, each event under an id of its own', () => {
    const key = createSecretKey(Buffer.alloc(32, 7));
    const requests = CALLS.slice(0, 50).flatMap((n) => eventsOfCall(n, 'localhost:3000', key).requests);
    const ids = requests.map((request) => {
      const { headers, body } = readRequest(request);
      expect(isSigned(key, headers, body)).toBe(true);
      expect(Number(headers['content-length'])).toBe(body.length);
      return headers['webhook-id'];
    });
    expect(new Set(ids).size).toBe(requests.length);
  });

  it('are clicked with the token of the agent', () => {
    const [request] = clickOfCall(5, 'localhost:3000', 7, 'abc').requests;
    const { headers, body } = readRequest(request ?? Buffer.alloc(0));
    expect(headers.authorization).toBe('Bearer abc');
    expect(JSON.parse(body.toString())).toMatchObject({ agent_extension: '207', crm_call_id: 'CRM-CALL-5' });
  });
});

function readRequest(request: Buffer): { headers: Record<string, string>; body: Buffer } {
  const bodyAt = request.indexOf('\r\n\r\n') + 4;
  const [, ...lines] = request.subarray(0, bodyAt).toString().trim().split('\r\n');
  const headers = lines.map((line) => line.split(': ') as [string, string]);
  return {
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    body: request.subarray(bodyAt),
  };
}

describe('the signatures of the bench', () => {
  it('are those of Standard Webhooks: its published example', () => {
    const key = keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const signature = sign(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330', '{"test": 2432232314}');
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  const key = createSecretKey(Buffer.alloc(32, 1));
  const body = Buffer.from('{}');
  const headersAt = (seconds: number, by = key): Record<string, string> => {
    const timestamp = String(Math.floor(Date.now() / 1000) + seconds);
    return {
      'webhook-id': 'msg_1',
      'webhook-timestamp': timestamp,
      'webhook-signature': sign(by, 'msg_1', timestamp, body),
    };
  };

  it.each([
    ['another key', headersAt(0, createSecretKey(Buffer.alloc(32, 2)))],
    ['no signature', { ...headersAt(0), 'webhook-signature': undefined }],
    ['a signature of another length', { ...headersAt(0), 'webhook-signature': 'v1,AAAA' }],
    ['a time long gone', headersAt(-400)],
    ['a time that is none', { ...headersAt(0), 'webhook-timestamp': 'now' }],
  ])('do not hold with %s', (_, headers) => {
    expect(isSigned(key, headers, body)).toBe(false);
  });
});

describe('readAnswer', () => {
  const bytes = (text: string): Buffer => Buffer.from(text);

  it('waits for the whole of the head and of the body', () => {
    const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 15\r\nDate: today\r\n\r\n{"status":"ok"}';
    for (let length = 0; length < whole.length; length += 1) {
      expect(readAnswer(bytes(whole.slice(0, length)))).toBeNull();
    }
    expect(readAnswer(bytes(whole))).toEqual({ status: 200, body: '{"status":"ok"}' });
  });

  it('measures the body in bytes', () => {
    expect(readAnswer(bytes('HTTP/1.1 401 Unauthorized\r\ncontent-length: 3\r\n\r\n…'))).toEqual({
      status: 401,
      body: '…',
    });
  });

  it.each([
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'An answer without Content-Length'],
    ['HTTP/1.1 200 OK\r\nX: 1\r\nContent-Length: 1\r\n\r\n12', 'More than one answer to one request'],
  ])('refuses %j', (text, message) => {
    expect(() => readAnswer(bytes(text))).toThrow(message);
  });
});

describe('percentile', () => {
  it('is one of the values, the lowest that so many are not above', () => {
    const hundred = Array.from({ length: 100 }, (_, n) => n + 1);
    expect([0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 99, 100]);
    expect([0.5, 0.99].map((share) => percentile([3, 8, 9], share))).toEqual([8, 9]);
  });

  it('of nothing is not a number', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('the response counter of a load', () => {
  const accepted = { status: 200, body: '{"status":"ok","result":"accepted"}' };

  it('counts expected responses, and measures every response', () => {
    const responses = new ResponseCounter('calls', false);
    const expected = [5, 1, 3].map((milliseconds) => responses.answered(accepted, milliseconds));
    expect(expected).toEqual([true, true, true]);
    expect(responses.total(2)).toMatchObject({
      requestsPerSecond: 1.5,
      p50: 3,
      p99: 5,
      succeeded: 3,
      failed: 0,
    });
  });

  it('takes a duplicate, a refusal and a broken connection for failures, and names them', () => {
    const responses = new ResponseCounter('calls', false);
    responses.answered({ status: 200, body: '{"status":"ok","result":"duplicate"}' }, 1);
    responses.answered({ status: 429, body: '{}' }, 1);
    responses.answered({ status: 429, body: '{}' }, 1);
    responses.failed('not answered: The connection was closed');
    expect(responses.total(1)).toMatchObject({
      succeeded: 0,
      refused: 0,
      failed: 4,
      failures: [
        '2 answered 429',
        '1 answered 200 without "result":"accepted"',
        '1 not answered: The connection was closed',
      ],
    });
  });

  it('lets 429 and 503 pass in a burst, and nothing else', () => {
    const responses = new ResponseCounter('calls', true);
    for (const status of [429, 503, 500]) responses.answered({ status, body: '{}' }, 1);
    expect(responses.total(1)).toMatchObject({ succeeded: 0, refused: 2, failed: 1 });
  });

  it('wants forgeries refused', () => {
    const responses = new ResponseCounter('forged', false);
    responses.answered({ status: 401, body: '{"code":"WEBHOOK_REFUSED"}' }, 1);
    responses.answered(accepted, 1);
    expect(responses.total(1)).toMatchObject({ succeeded: 1, failed: 1 });
  });
});
