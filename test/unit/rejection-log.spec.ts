import { jest } from '@jest/globals';
import { pino } from 'pino';
import {
  type Fault,
  RejectionLog,
  type RejectedRequest,
} from '../../src/modules/telephony/webhooks/ingress/rejection-log.js';

const MISMATCH: Fault = { reason: 'signature_mismatch', header: null };

function from(sourceAddress: string): RejectedRequest {
  return { requestId: 'req-1', sourceAddress, webhook: { path: '/api/webhook/bracknet/call-ended' } };
}

describe('the rejection log', () => {
  let lines: Record<string, unknown>[];
  let log: RejectionLog;

  beforeEach(() => {
    jest.useFakeTimers();
    lines = [];
    log = new RejectionLog();
    log.writeTo(
      pino({ timestamp: false, base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    );
  });
  afterEach(() => {
    log.onApplicationShutdown();
    jest.useRealTimers();
  });

  it('writes a line for each rejection, with what identifies the request and what is wrong', () => {
    log.rejected({ reason: 'header_missing', header: 'webhook-id' }, from('203.0.113.7'), 401);
    log.rejected({ reason: 'too_many_events', header: null, keyId: '0a1b2c3d' }, from('203.0.113.7'), 429);
    log.wouldBeRejected(
      { reason: 'time_too_old', header: 'webhook-timestamp', skewSeconds: -400 },
      from('203.0.113.8'),
    );
    const common = {
      level: 40,
      context: 'WebhookIngress',
      requestId: 'req-1',
      route: '/api/webhook/bracknet/call-ended',
    };
    expect(lines).toEqual([
      {
        ...common,
        sourceAddress: '203.0.113.7',
        status: 401,
        reason: 'header_missing',
        header: 'webhook-id',
        msg: 'Webhook refused: header_missing',
      },
      {
        ...common,
        sourceAddress: '203.0.113.7',
        status: 429,
        reason: 'too_many_events',
        keyId: '0a1b2c3d',
        msg: 'Webhook refused: too_many_events',
      },
      {
        ...common,
        sourceAddress: '203.0.113.8',
        reason: 'time_too_old',
        header: 'webhook-timestamp',
        skewSeconds: -400,
        msg: 'Webhook accepted that enforce mode would refuse: time_too_old',
      },
    ]);
  });

  it('writes at most 100 lines in 5 seconds, and sums up those left out by reason', () => {
    for (let i = 1; i <= 1000; i += 1) log.rejected(MISMATCH, from(`203.0.113.${i % 250}`), 401);
    expect(lines).toHaveLength(100);
    jest.advanceTimersByTime(10_000);
    expect(lines.slice(100)).toEqual([
      {
        level: 40,
        context: 'WebhookIngress',
        reason: 'signature_mismatch',
        count: 900,
        sourceAddress: '203.0.113.0',
        msg: 'Webhook refused: signature_mismatch; 900 more without a line of their own, the last from 203.0.113.0',
      },
    ]);
    log.rejected(MISMATCH, from('203.0.113.7'), 401);
    expect(lines).toHaveLength(102);
  });

  it('keeps a flood of one network from hiding the rejections of others', () => {
    for (let i = 0; i < 500; i += 1) log.rejected(MISMATCH, from(`2001:db8:0:1::${i.toString(16)}`), 401);
    expect(lines).toHaveLength(75);
    log.rejected({ reason: 'header_empty', header: 'webhook-id' }, from('203.0.113.7'), 401);
    expect(lines.at(-1)).toMatchObject({ reason: 'header_empty', sourceAddress: '203.0.113.7' });
  });

  it('writes the summary when the service shuts down', () => {
    for (let i = 0; i < 80; i += 1) log.rejected(MISMATCH, from('203.0.113.7'), 401);
    log.onApplicationShutdown();
    expect(lines.at(-1)).toMatchObject({ reason: 'signature_mismatch', count: 5 });
  });
});
