import { createHmac, createSecretKey, type KeyObject, scryptSync, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SignatureProfile } from './signature-profile.js';

/** Why a signature does not hold. Words for metrics and logs; the sender is told none of them. */
export const SIGNATURE_FAULTS = [
  'header_missing',
  'header_repeated',
  'header_malformed',
  'too_many_signatures',
  'time_too_old',
  'time_too_new',
  'signature_mismatch',
] as const;
export type SignatureFault = (typeof SIGNATURE_FAULTS)[number];

/** What the headers of a request claim: well-formed and timely, but not proved. */
export interface SignatureClaim {
  readonly ok: true;
  readonly id: string;
  /** Unix seconds as they were written: these ten digits are what is signed. */
  readonly timestamp: string;
  /** 32 bytes each. */
  readonly signatures: readonly Buffer[];
  /** The sender's clock minus ours. */
  readonly skewSeconds: number;
}

export interface SignatureRejection {
  readonly ok: false;
  readonly reason: SignatureFault;
}

export type SignatureVerdict =
  | { readonly ok: true; readonly signedId: string; readonly keyId: string; readonly skewSeconds: number }
  | SignatureRejection;

/** How far the sender's clock may be off, edges included. */
export interface TimeWindow {
  readonly pastSeconds: number;
  readonly futureSeconds: number;
}

const MAX_SIGNATURES = 5;
const MAX_SECRETS = 3;

const ID = /^[A-Za-z0-9_-]{1,128}$/;
const TIMESTAMP = /^[0-9]{10}$/;
/** 32 bytes, in the one way that encoding has to write them: padded, not url-safe, no bits left over. */
const SIGNATURE = { base64: /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, hex: /^[0-9a-fA-F]{64}$/ };
/** A signature of a version we do not know. Senders may add such signatures; they prove nothing. */
const OTHER_VERSION = /^v[0-9a-z]{1,8}[,=][A-Za-z0-9+/=]{1,512}$/;

const KEY_ID_LABEL = 'key id';
const KEY_ID_LENGTH = 8;

interface SigningKey {
  readonly id: string;
  readonly secret: KeyObject;
}

/** Signs and verifies deliveries by one profile. What it is given of a request is bytes, or text of proved ASCII. */
export class WebhookSignature {
  /** Names of the keys, newest first: short, stable, and of no use to whoever would guess the secret. */
  readonly keyIds: readonly string[];
  private readonly keys: readonly SigningKey[];
  private readonly names: SignatureProfile['headers'];

  /**
   * @param secrets newest first, as bytes
   * @throws RangeError when the profile leaves the time, the id or the body unsigned, or there is no secret or too many
   */
  constructor(
    readonly profile: SignatureProfile,
    secrets: readonly Buffer[],
    private readonly window: TimeWindow,
  ) {
    const { signedParts, headers } = profile;
    for (const part of ['timestamp', 'id', 'body'] as const) {
      if (!signedParts.includes(part)) {
        throw new RangeError(`The signature profile ${profile.name} does not sign the ${part}`);
      }
    }
    if (signedParts.length !== 3 || signedParts.at(-1) !== 'body') {
      throw new RangeError(
        `The signature profile ${profile.name} must sign each part once, and the body last`,
      );
    }
    if (secrets.length < 1 || secrets.length > MAX_SECRETS) {
      throw new RangeError(`There must be 1 to ${MAX_SECRETS} secrets`);
    }
    this.keys = secrets.map((bytes) => ({ id: keyIdOf(bytes), secret: createSecretKey(bytes) }));
    this.keyIds = this.keys.map(({ id }) => id);
    this.names = {
      id: headers.id.toLowerCase(),
      timestamp: headers.timestamp.toLowerCase(),
      signature: headers.signature.toLowerCase(),
    };
  }

  /** Reads the headers, before there is a body. `nowSeconds` is Unix time in whole seconds. */
  readClaim(headers: IncomingHttpHeaders, nowSeconds: number): SignatureClaim | SignatureRejection {
    const id = headers[this.names.id];
    const timestamp = headers[this.names.timestamp];
    const written = headers[this.names.signature];
    if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof written !== 'string') {
      return rejection('header_missing');
    }
    if (!ID.test(id) || !TIMESTAMP.test(timestamp)) return rejection(faultIn(id, timestamp, written));
    const signatures = this.signaturesIn(written);
    if (typeof signatures === 'string') return rejection(signatures);
    const skewSeconds = Number(timestamp) - nowSeconds;
    if (skewSeconds < -this.window.pastSeconds) return rejection('time_too_old');
    if (skewSeconds > this.window.futureSeconds) return rejection('time_too_new');
    return { ok: true, id, timestamp, signatures, skewSeconds };
  }

  /** Holds a claim against the bytes of the body. */
  verify(claim: SignatureClaim, body: Buffer): SignatureVerdict {
    const head = this.headOf(claim.id, claim.timestamp);
    let keyId: string | null = null;
    for (const key of this.keys) {
      const expected = digestOf(key, head, body);
      for (const signature of claim.signatures) {
        // Every key is held against every signature, so that time tells nothing of which one fits.
        if (timingSafeEqual(expected, signature)) keyId ??= key.id;
      }
    }
    if (keyId === null) return rejection('signature_mismatch');
    return { ok: true, signedId: claim.id, keyId, skewSeconds: claim.skewSeconds };
  }

  /**
   * The headers that a sender adds, under their names as the profile writes them, signed with the newest secret.
   *
   * @throws RangeError when the id or the time are none that can be signed
   */
  sign(id: string, unixSeconds: number, body: Buffer): Record<string, string> {
    const timestamp = String(unixSeconds);
    if (!ID.test(id)) throw new RangeError('An id is 1 to 128 letters, digits, _ and -');
    if (!TIMESTAMP.test(timestamp)) throw new RangeError('A time is Unix seconds in ten digits');
    const { headers, prefix, encoding } = this.profile;
    const [newest] = this.keys;
    if (newest === undefined) throw new RangeError('There is no secret to sign with');
    const signature = digestOf(newest, this.headOf(id, timestamp), body).toString(encoding);
    return { [headers.id]: id, [headers.timestamp]: timestamp, [headers.signature]: prefix + signature };
  }

  private signaturesIn(header: string): readonly Buffer[] | SignatureFault {
    const { prefix, encoding, signatureSeparator } = this.profile;
    const written = header.split(signatureSeparator, MAX_SIGNATURES + 1);
    if (written.length > MAX_SIGNATURES) return 'too_many_signatures';
    const signatures: Buffer[] = [];
    for (const versioned of written) {
      if (versioned.startsWith(prefix)) {
        const signature = versioned.slice(prefix.length);
        if (!SIGNATURE[encoding].test(signature)) return faultIn(header);
        signatures.push(Buffer.from(signature, encoding));
      } else if (!OTHER_VERSION.test(versioned)) {
        return faultIn(header);
      }
    }
    return signatures.length > 0 ? signatures : 'header_malformed';
  }

  /** What is signed before the body. Both parts are ASCII by their grammar, and hold no separator. */
  private headOf(id: string, timestamp: string): string {
    const { signedParts, partSeparator } = this.profile;
    const [first, second] = signedParts[0] === 'id' ? [id, timestamp] : [timestamp, id];
    return first + partSeparator + second + partSeparator;
  }
}

function rejection(reason: SignatureFault): SignatureRejection {
  return { ok: false, reason };
}

/** Node joins a header that came twice with a comma and a space; no value of ours holds that. */
function faultIn(...values: string[]): SignatureFault {
  return values.some((value) => value.includes(', ')) ? 'header_repeated' : 'header_malformed';
}

/** As text and back to bytes: Node is faster at that than at handing out a new buffer. */
function digestOf(key: SigningKey, head: string, body: Buffer): Buffer {
  const digest = createHmac('sha256', key.secret).update(head, 'latin1').update(body).digest('binary');
  return Buffer.from(digest, 'latin1');
}

function keyIdOf(secret: Buffer): string {
  // Slow on purpose: the name is public, and must not help to try secrets out.
  return scryptSync(secret, KEY_ID_LABEL, KEY_ID_LENGTH / 2).toString('hex');
}
