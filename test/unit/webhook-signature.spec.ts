import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import {
  bracknetProfile,
  type SignatureProfile,
  STANDARD_PROFILE,
} from '../../src/modules/telephony/webhooks/ingress/signature-profile.js';
import {
  type SignatureVerdict,
  WebhookSignature,
} from '../../src/modules/telephony/webhooks/ingress/webhook-signature.js';
import {
  BRACKNET_HEADERS,
  bracknetHeaders,
  NEW_SECRET,
  OLD_SECRET,
  OTHER_SECRET,
  signedHeaders,
  type Signing,
} from '../support/signed-webhooks.js';

const NOW = 1_767_436_200;
const WINDOW = { pastSeconds: 300, futureSeconds: 60 };
const BODY = Buffer.from('{"event":"call_ended","bracknet_call_id":"BN-CALL-456789","duration":135}');
const ID = 'msg_2b7fA-0';

type Headers = Record<string, string | string[] | undefined>;

const standard = new WebhookSignature(STANDARD_PROFILE, [NEW_SECRET], WINDOW);
const bracknet = new WebhookSignature(bracknetProfile(BRACKNET_HEADERS, 'hex'), [NEW_SECRET], WINDOW);

function verdictOf(headers: Headers, body: Buffer = BODY, signature = standard): SignatureVerdict {
  const claim = signature.readClaim(headers, NOW);
  return claim.ok ? signature.verify(claim, body) : claim;
}

function signed(signing: Signing = {}, body: Buffer = BODY): Headers {
  return signedHeaders(body, { id: ID, timestamp: String(NOW), ...signing });
}

function reasonOf(headers: Headers, body?: Buffer, signature?: WebhookSignature): string {
  const verdict = verdictOf(headers, body, signature);
  return verdict.ok ? 'good' : verdict.reason;
}

describe('a signature', () => {
  it('that is valid returns the delivery id, the key id and the clock skew', () => {
    expect(verdictOf(signed({ timestamp: String(NOW - 2) }))).toEqual({
      ok: true,
      signedId: ID,
      keyId: standard.keyIds[0],
      skewSeconds: -2,
    });
  });

  it.each([
    ['one byte of the body changed', signed(), Buffer.from(BODY.toString().replace('135', '136'))],
    ['one byte more', signed(), Buffer.concat([BODY, Buffer.from(' ')])],
    ['no body', signed(), Buffer.alloc(0)],
    ['one character of the id changed', { ...signed(), 'webhook-id': 'msg_2b7fA-1' }, BODY],
    ['one second of the time changed', { ...signed(), 'webhook-timestamp': String(NOW - 1) }, BODY],
    ['a secret nobody here has', signed({ secret: OTHER_SECRET }), BODY],
  ])('does not fit with %s', (_what, headers, body) => {
    expect(reasonOf(headers, body)).toBe('signature_mismatch');
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'needs its header %s: there, not empty, once',
    (name) => {
      const good = signed();
      expect(reasonOf({ ...good, [name]: undefined })).toBe('header_missing');
      expect(reasonOf({ ...good, [name]: '' })).toBe('header_empty');
      // Node.js joins repeated headers.
      expect(reasonOf({ ...good, [name]: `${String(good[name])}, ${String(good[name])}` })).toBe(
        'header_repeated',
      );
      expect(reasonOf({ ...good, [name]: `, ${String(good[name])}` })).toBe('header_repeated');
      expect(reasonOf({ ...good, [name]: [String(good[name])] })).toBe('header_missing');
    },
  );

  it.each([
    `${NOW}abc`,
    `+${NOW}`,
    ` ${NOW}`,
    `${NOW}000`,
    '176743620',
    '1.76743620',
    '0x6958c0a8',
    `${NOW}\n`,
    '১৭৬৭৪৩৬২০০',
  ])('is not made at the time %j, though it was signed', (timestamp) => {
    expect(reasonOf(signed({ timestamp }))).toBe('header_malformed');
  });

  it.each([
    [-300, 'good'],
    [-299, 'good'],
    [-301, 'time_too_old'],
    [59, 'good'],
    [60, 'good'],
    [61, 'time_too_new'],
    [-315_360_000, 'time_too_old'],
    [315_360_000, 'time_too_new'],
  ])('of %d seconds from now is %s', (seconds, reason) => {
    expect(reasonOf(signed({ timestamp: String(NOW + seconds) }))).toBe(reason);
  });

  it.each(['a.b', 'msg 1', 'x'.repeat(129), 'ид', 'msg_1\n', "'; drop table"])(
    'is not of the id %j, though it was signed',
    (id) => {
      expect(reasonOf(signed({ id }))).toBe('header_malformed');
    },
  );

  it('does not move to another id when a part of it is moved across the dot', () => {
    // The signed text "a.b.<time>.<body>" is that of the id "a.b": an id with a dot could be cut elsewhere.
    const timestamp = String(NOW);
    const moved = Buffer.from(`${timestamp}.${BODY.toString()}`);
    const headers = signed({ id: 'msg', timestamp }, moved);
    expect(reasonOf({ ...headers, 'webhook-id': `msg.${timestamp}` }, BODY)).toBe('header_malformed');
  });

  it.each([
    ['31 bytes', (s: Buffer) => `v1,${s.subarray(0, 31).toString('base64')}`],
    ['33 bytes', (s: Buffer) => `v1,${Buffer.concat([s, Buffer.alloc(1)]).toString('base64')}`],
    ['no padding', (s: Buffer) => `v1,${s.toString('base64').replace('=', '')}`],
    ['the url-safe alphabet', () => `v1,${Buffer.alloc(32, 0xff).toString('base64url')}=`],
    ['left-over bits', (s: Buffer) => `v1,${s.toString('base64').replace(/.=$/u, 'B=')}`],
    ['hexadecimal', (s: Buffer) => `v1,${s.toString('hex')}`],
    ['no version', (s: Buffer) => s.toString('base64')],
    ['a version nobody knows alone', (s: Buffer) => `v2,${s.toString('base64')}`],
    ['the sign of the other profile', (s: Buffer) => `v1=${s.toString('base64')}`],
    ['a space before', (s: Buffer) => ` v1,${s.toString('base64')}`],
    ['a space after', (s: Buffer) => `v1,${s.toString('base64')} `],
    ['two spaces between', (s: Buffer) => `v1,${s.toString('base64')}  v1,${s.toString('base64')}`],
  ])('is not written in %s', (_what, written) => {
    const good = signed();
    const bytes = Buffer.from(String(good['webhook-signature']).slice(3), 'base64');
    expect(reasonOf({ ...good, 'webhook-signature': written(bytes) })).toBe('header_malformed');
  });

  it('may be one of up to five, in any position, beside signatures of unknown versions', () => {
    const good = signed();
    const bad = `v1,${Buffer.alloc(32).toString('base64')}`;
    const ours = String(good['webhook-signature']);
    for (const list of [
      [bad, ours],
      [bad, bad, bad, bad, ours],
      ['v1a,AbC+/=', ours],
      [ours, 'v2,x'],
    ]) {
      expect(reasonOf({ ...good, 'webhook-signature': list.join(' ') })).toBe('good');
    }
    expect(reasonOf({ ...good, 'webhook-signature': [bad, bad].join(' ') })).toBe('signature_mismatch');
    for (const many of [6, 5000]) {
      const list = Array.from({ length: many }, () => ours).join(' ');
      expect(reasonOf({ ...good, 'webhook-signature': list })).toBe('too_many_signatures');
    }
  });

  it('is computed over bytes: U+FFFD does not replace a byte that is invalid UTF-8', () => {
    const broken = Buffer.from([0x7b, 0xff, 0x7d]);
    const replaced = Buffer.from(broken.toString());
    expect(reasonOf(signed({}, broken), broken)).toBe('good');
    expect(reasonOf(signed({}, replaced), broken)).toBe('signature_mismatch');
    expect(reasonOf(signed({}, broken), replaced)).toBe('signature_mismatch');
  });
});

describe('a change of the secret', () => {
  const both = new WebhookSignature(STANDARD_PROFILE, [NEW_SECRET, OLD_SECRET], WINDOW);

  it('accepts the old secret while it is listed, and distinguishes the two', () => {
    expect(verdictOf(signed(), BODY, both)).toMatchObject({ ok: true, keyId: both.keyIds[0] });
    expect(verdictOf(signed({ secret: OLD_SECRET }), BODY, both)).toMatchObject({
      ok: true,
      keyId: both.keyIds[1],
    });
    expect(both.keyIds[0]).not.toBe(both.keyIds[1]);
  });

  it('ends when the old one is taken out', () => {
    expect(reasonOf(signed({ secret: OLD_SECRET }))).toBe('signature_mismatch');
  });

  it('may have at most three secrets', () => {
    const three = [NEW_SECRET, OLD_SECRET, OTHER_SECRET];
    expect(new WebhookSignature(STANDARD_PROFILE, three, WINDOW).keyIds).toHaveLength(3);
    expect(() => new WebhookSignature(STANDARD_PROFILE, [...three, BODY], WINDOW)).toThrow(RangeError);
    expect(() => new WebhookSignature(STANDARD_PROFILE, [], WINDOW)).toThrow(RangeError);
  });

  it('is signed with the newest', () => {
    const headers = both.sign(ID, NOW, BODY);
    expect(verdictOf(headers, BODY, both)).toMatchObject({ ok: true, keyId: both.keyIds[0] });
  });

  it('names keys by eight digits that are the same at every start and hold no part of the secret', () => {
    const [name = ''] = standard.keyIds;
    expect(name).toMatch(/^[0-9a-f]{8}$/u);
    expect(new WebhookSignature(STANDARD_PROFILE, [NEW_SECRET], WINDOW).keyIds).toEqual([name]);
    expect(NEW_SECRET.toString('hex')).not.toContain(name);
  });
});

describe('the bracknet profile', () => {
  const good = (signing: Signing = {}): Headers =>
    bracknetHeaders(BODY, { id: ID, timestamp: String(NOW), ...signing });

  it('signs time, nonce and body, in hexadecimal of either case', () => {
    expect(verdictOf(good(), BODY, bracknet)).toMatchObject({ ok: true, signedId: ID });
    const upper = String(good()['x-bracknet-signature']).replace(/[0-9a-f]{64}/u, (hex) => hex.toUpperCase());
    expect(verdictOf({ ...good(), 'x-bracknet-signature': upper }, BODY, bracknet)).toMatchObject({
      ok: true,
    });
  });

  it.each([
    ['x-bracknet-nonce', 'other', 'signature_mismatch'],
    ['x-bracknet-timestamp', String(NOW - 1), 'signature_mismatch'],
    ['x-bracknet-timestamp', String(NOW - 301), 'time_too_old'],
    ['x-bracknet-signature', `v1=${'0'.repeat(64)}`, 'signature_mismatch'],
    ['x-bracknet-signature', `v1=${'0'.repeat(63)}`, 'header_malformed'],
    ['x-bracknet-signature', '0'.repeat(64), 'header_malformed'],
    ['x-bracknet-signature', `v1=${'0'.repeat(64)}, v1=${'0'.repeat(64)}`, 'header_repeated'],
  ])('rejects a %s of %s', (name, value, reason) => {
    expect(reasonOf({ ...good(), [name]: value }, BODY, bracknet)).toBe(reason);
  });

  it('rejects the headers of the other profile', () => {
    expect(reasonOf(signed(), BODY, bracknet)).toBe('header_missing');
    expect(reasonOf(good())).toBe('header_missing');
  });

  it('may be configured to other headers and to base64', () => {
    const names = { id: 'X-Event-Id', timestamp: 'X-Event-Time', signature: 'X-Event-Signature' };
    const own = new WebhookSignature(bracknetProfile(names, 'base64'), [NEW_SECRET], WINDOW);
    const mac = createHmac('sha256', NEW_SECRET).update(`${NOW}.${ID}.`).update(BODY).digest('base64');
    const headers = { 'x-event-id': ID, 'x-event-time': String(NOW), 'x-event-signature': `v1=${mac}` };
    expect(verdictOf(headers, BODY, own)).toMatchObject({ ok: true });
    expect(own.sign(ID, NOW, BODY)).toEqual({
      'X-Event-Id': ID,
      'X-Event-Time': String(NOW),
      'X-Event-Signature': `v1=${mac}`,
    });
  });
});

describe('a profile', () => {
  it.each([
    [['id', 'body'], 'timestamp'],
    [['id', 'timestamp'], 'body'],
    [['timestamp', 'body'], 'id'],
    [['body', 'id', 'timestamp'], 'body last'],
    [['id', 'timestamp', 'id', 'body'], 'once'],
  ] as const)('that signs %j is refused at construction', (signedParts, missing) => {
    const profile: SignatureProfile = { ...STANDARD_PROFILE, signedParts };
    expect(() => new WebhookSignature(profile, [NEW_SECRET], WINDOW)).toThrow(missing);
  });

  it.each([
    ['an id', 'a.b', NOW],
    ['a time', ID, 1],
    ['whole seconds', ID, NOW + 0.5],
  ])('signs nothing without %s', (_what, id, time) => {
    expect(() => standard.sign(id, time, BODY)).toThrow(RangeError);
  });
});

describe('beside the published library of Standard Webhooks', () => {
  // Eight secrets for all runs: the id of a key takes long to derive, on purpose.
  const key = fc.constantFrom(
    ...fc.sample(fc.uint8Array({ minLength: 24, maxLength: 64 }), 8).map((bytes) => ({
      bytes,
      ours: new WebhookSignature(STANDARD_PROFILE, [Buffer.from(bytes)], WINDOW),
    })),
  );
  const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/u);
  // The library reads the clock itself, and accepts timestamps up to 300 s ahead: inside both windows they must agree.
  const skew = fc.integer({ min: -290, max: 50 });
  const body = fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text));

  function libraryTakes(webhook: Webhook, headers: Record<string, string>, bytes: Buffer): boolean {
    try {
      webhook.verify(bytes, headers, { jsonParse: false });
      return true;
    } catch {
      return false;
    }
  }

  it('accepts signatures of the library, and the library accepts its signatures', () => {
    fc.assert(
      fc.property(key, id, skew, body, ({ bytes, ours }, msgId, seconds, payload) => {
        const nowSeconds = Math.floor(Date.now() / 1000);
        const webhook = new Webhook(`whsec_${Buffer.from(bytes).toString('base64')}`);
        const at = nowSeconds + seconds;
        const theirs = {
          'webhook-id': msgId,
          'webhook-timestamp': String(at),
          'webhook-signature': webhook.sign(msgId, new Date(at * 1000), payload),
        };
        expect(ours.sign(msgId, at, payload)).toEqual(theirs);
        const claim = ours.readClaim(theirs, nowSeconds);
        expect(claim.ok && ours.verify(claim, payload).ok).toBe(true);
      }),
    );
  });

  it('judges every well-formed list of signatures as the library does', () => {
    const signer = fc.constantFrom('ours', 'another secret', 'another body', 'another id', 'another time');
    fc.assert(
      fc.property(
        key,
        id,
        skew,
        body,
        fc.array(signer, { minLength: 1, maxLength: 5 }),
        ({ bytes, ours }, msgId, seconds, payload, signers) => {
          const nowSeconds = Math.floor(Date.now() / 1000);
          const at = nowSeconds + seconds;
          const written = `whsec_${Buffer.from(bytes).toString('base64')}`;
          const other = `whsec_${Buffer.from([...bytes, 1]).toString('base64')}`;
          const signatures = signers.map((who) =>
            new Webhook(who === 'another secret' ? other : written).sign(
              who === 'another id' ? `${msgId}x` : msgId,
              new Date((who === 'another time' ? at - 1 : at) * 1000),
              who === 'another body' ? Buffer.concat([payload, Buffer.from('x')]) : payload,
            ),
          );
          const headers = {
            'webhook-id': msgId,
            'webhook-timestamp': String(at),
            'webhook-signature': signatures.join(' '),
          };
          const claim = ours.readClaim(headers, nowSeconds);
          expect(claim.ok && ours.verify(claim, payload).ok).toBe(
            libraryTakes(new Webhook(written), headers, payload),
          );
        },
      ),
    );
  });

  it('is stricter where the library is lenient', () => {
    const webhook = new Webhook(NEW_SECRET.toString('base64'));
    const nowSeconds = Math.floor(Date.now() / 1000);
    const clock = { 'webhook-id': ID, 'webhook-timestamp': `${nowSeconds}abc` };
    const headers = { ...clock, 'webhook-signature': webhook.sign(ID, new Date(nowSeconds * 1000), BODY) };
    expect(libraryTakes(webhook, headers, BODY)).toBe(true);
    expect(standard.readClaim(headers, nowSeconds)).toEqual({
      ok: false,
      reason: 'header_malformed',
      header: 'webhook-timestamp',
    });
  });
});
