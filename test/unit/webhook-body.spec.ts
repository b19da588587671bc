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

  it('that is a form has the fields of the form, as text', () => {
    const body = parseBody(
      Buffer.from('event=call_ended&from=%2B8801712345678&note=a+b%3D=&x&duration=39\n'),
    );
    expect(body).toEqual({
      ok: true,
      value: { event: 'call_ended', from: '+8801712345678', note: 'a b==', x: '', duration: '39' },
    });
  });

  it('that is a form keeps text with wrong percent-encoding as it is', () => {
    const body = parseBody(Buffer.from('end_reason=100%&from=%FF+1'));
    expect(body).toEqual({ ok: true, value: { end_reason: '100%', from: '%FF 1' } });
  });

  it('that is a form of any fields gives them back, and the last value of a repeated one', () => {
    const name = fc.stringMatching(/^[a-z_]{1,12}$/u);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' })), { minLength: 1 }), (pairs) => {
        const form = new URLSearchParams(pairs).toString();
        expect(parseBody(Buffer.from(form))).toEqual({ ok: true, value: Object.fromEntries(pairs) });
      }),
    );
  });

  it.each(['{"event":', '{"a":"b=c"', '"a=b', '[a=b]', '<xml a="b">', ' ', 'event', '=a'])(
    '%j is no form, and an error of JSON',
    (text) => {
      expect(parseBody(Buffer.from(text))).toEqual({ ok: false, problem: 'must be valid JSON' });
    },
  );

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

  it('is always new for an event that carries neither a call id nor a readable time', () => {
    const bare = callEvent('missed', 0, { externalCallId: null, reportedAt: null, timeSource: 'received' });
    expect(deliveryIdOf(bare, body)).not.toBe(deliveryIdOf(bare, body));
    const timed = callEvent('missed', 0, { externalCallId: null });
    expect(deliveryIdOf(timed, body)).toBe(deliveryIdOf(timed, body));
  });

  it('is the same for an event without a call id whose time is from the future', () => {
    const reportedAt = new Date('2030-01-01T00:00:00Z');
    const ahead = callEvent('missed', 0, { externalCallId: null, reportedAt, timeSource: 'received' });
    expect(deliveryIdOf(ahead, body)).toBe(deliveryIdOf(ahead, body));
  });
});
