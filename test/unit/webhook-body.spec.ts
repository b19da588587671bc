import fc from 'fast-check';
import {
  deliveryIdOf,
  unreadableDeliveryIdOf,
} from '../../src/modules/telephony/webhooks/inbox/delivery-id.js';
import { parseBody } from '../../src/modules/telephony/webhooks/inbox/webhook-body.js';
import { callEvent } from '../support/call-events.js';

describe('the body of a webhook', () => {
  it('is parsed as JSON for any bytes, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const body = parseBody(Buffer.from(bytes));
          expect(body.ok ? 'value' in body : body.problem.length > 0).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('may nest 32 levels and no more', () => {
    const nested = (levels: number) => parseBody(Buffer.from(`${'['.repeat(levels)}${']'.repeat(levels)}`));
    expect(nested(31).ok).toBe(true);
    expect(nested(33).ok).toBe(false);
    expect(nested(30_000).ok).toBe(false);
  });

  it('must be UTF-8: a wrong byte is not replaced in silence', () => {
    expect(parseBody(Buffer.from([0x22, 0xff, 0x22]))).toEqual({ ok: false, problem: 'must be UTF-8 text' });
  });

  it('is not quoted in error details', () => {
    const body = parseBody(Buffer.from('{"from":"01712345678"'));
    expect(JSON.stringify(body)).not.toContain('01712345678');
  });
});

describe('the identity of a delivery', () => {
  const body = Buffer.from('{"event":"call_ended"}');

  it('is the same for the same bytes of the same event, and another for any other', () => {
    expect(deliveryIdOf(callEvent('ended', 0), body)).toBe(deliveryIdOf(callEvent('ended', 9), body));
    expect(deliveryIdOf(callEvent('ended', 0), body)).not.toBe(deliveryIdOf(callEvent('answered', 0), body));
    expect(deliveryIdOf(callEvent('ended', 0), body)).not.toBe(
      deliveryIdOf(callEvent('ended', 0), Buffer.from('{}')),
    );
    expect(unreadableDeliveryIdOf('one-shot', body)).not.toBe(unreadableDeliveryIdOf('call-ended', body));
  });

  it('is always new for an event that carries neither a call id nor a time', () => {
    const bare = callEvent('missed', 0, { externalCallId: null, timeSource: 'received' });
    expect(deliveryIdOf(bare, body)).not.toBe(deliveryIdOf(bare, body));
    const timed = callEvent('missed', 0, { externalCallId: null });
    expect(deliveryIdOf(timed, body)).toBe(deliveryIdOf(timed, body));
  });
});
