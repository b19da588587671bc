import { createHmac, createSecretKey, type KeyObject, scryptSync, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SignatureProfile } from './signature-profile.js';

/** Why a signature is invalid. For metrics and logs only; the responses to events do not contain it. */
export const SIGNATURE_FAULTS = [
  'header_missing',
  'header_empty',
  'header_repeated',
  'header_malformed',
  'too_many_signatures',
  'time_too_old',
  'time_too_new',
  'signature_mismatch',
] as const;
export type SignatureFault = (typeof SIGNATURE_FAULTS)[number];

/** The signature headers of a request: well-formed and within the time window, but not verified yet. */
export interface SignatureClaim {
  readonly ok: true;
  readonly id: string;
  /** Unix seconds, ten digits as received: this text is signed. */
  readonly timestamp: string;
  /** 32 bytes each. */
  readonly signatures: readonly Buffer[];
  /** The sender's clock minus ours, in seconds. */
  readonly skewSeconds: number;
}

export interface SignatureRejection {
  readonly ok: false;
  readonly reason: SignatureFault;
  /** Name of the header that is wrong, in lower case; several if they are missing. null: no single header is wrong. */
  readonly header: string | null;
  /** See {@link SignatureClaim}; only of a time that is not within the window. */
  readonly skewSeconds?: number;
}

export type SignatureVerdict =
  | { readonly ok: true; readonly signedId: string; readonly keyId: string; readonly skewSeconds: number }
  | SignatureRejection;

/** How far a timestamp may be from our clock, limits included. */
export interface TimeWindow {
  readonly pastSeconds: number;
  readonly futureSeconds: number;
}

const MAX_SIGNATURES = 5;
const MAX_SECRETS = 3;

const ID = /^[A-Za-z0-9_-]{1,128}$/;
const TIMESTAMP = /^[0-9]{10}$/;
/** 32 bytes in canonical encoding. For base64: padded, not URL-safe, unused bits zero. */
const SIGNATURE = { base64: /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, hex: /^[0-9a-fA-F]{64}$/ };
/** A signature of another version, which a sender may add. It is ignored. */
const OTHER_VERSION = /^v[0-9a-z]{1,8}[,=][A-Za-z0-9+/=]{1,512}$/;

const KEY_ID_LABEL = 'key id';
const KEY_ID_LENGTH = 8;

interface SigningKey {
  readonly id: string;
  readonly secret: KeyObject;
}

/** Signs and verifies deliveries with one signature profile. */
export class WebhookSignature {
  /** Ids of the keys, newest first: short and stable, and derived so that they do not help to guess a secret. */
  readonly keyIds: readonly string[];
  private readonly keys: readonly SigningKey[];
  /** In lower case, as Node.js has them. */
  private readonly headerNames: SignatureProfile['headers'];

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
    this.headerNames = {
      id: headers.id.toLowerCase(),
      timestamp: headers.timestamp.toLowerCase(),
      signature: headers.signature.toLowerCase(),
    };
  }

  /** Checks the headers, before the body is read. @param nowSeconds Unix time in whole seconds */
  readClaim(headers: IncomingHttpHeaders, nowSeconds: number): SignatureClaim | SignatureRejection {
    const names = this.headerNames;
    const id = headers[names.id];
    const timestamp = headers[names.timestamp];
    const signatureHeader = headers[names.signature];
    if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatureHeader !== 'string') {
      return rejection('header_missing', this.missingIn(headers));
    }
    if (!ID.test(id)) return rejection(faultIn(id), names.id);
    if (!TIMESTAMP.test(timestamp)) return rejection(faultIn(timestamp), names.timestamp);
    const signatures = this.signaturesIn(signatureHeader);
    if (typeof signatures === 'string') return rejection(signatures, names.signature);
    const skewSeconds = Number(timestamp) - nowSeconds;
    if (skewSeconds < -this.window.pastSeconds) {
      return { ...rejection('time_too_old', names.timestamp), skewSeconds };
    }
    if (skewSeconds > this.window.futureSeconds) {
      return { ...rejection('time_too_new', names.timestamp), skewSeconds };
    }
    return { ok: true, id, timestamp, signatures, skewSeconds };
  }

  /** Verifies a claim against the raw body. */
  verify(claim: SignatureClaim, body: Buffer): SignatureVerdict {
    const head = this.signedHead(claim.id, claim.timestamp);
    let keyId: string | null = null;
    for (const key of this.keys) {
      const expected = digestOf(key, head, body);
      for (const signature of claim.signatures) {
        // No early exit: every key is compared with every signature, so that the duration does not show which one matches.
        if (timingSafeEqual(expected, signature)) keyId ??= key.id;
      }
    }
    if (keyId === null) return rejection('signature_mismatch', null);
    return { ok: true, signedId: claim.id, keyId, skewSeconds: claim.skewSeconds };
  }

  /**
   * Signs with the newest secret. @returns the headers that a sender adds
   * @throws RangeError when the id or the time is invalid
   */
  sign(id: string, unixSeconds: number, body: Buffer): Record<string, string> {
    const timestamp = String(unixSeconds);
    if (!ID.test(id)) throw new RangeError('An id is 1 to 128 letters, digits, _ and -');
    if (!TIMESTAMP.test(timestamp)) throw new RangeError('A time is Unix seconds in ten digits');
    const { headers, prefix, encoding } = this.profile;
    const [newest] = this.keys;
    if (newest === undefined) throw new RangeError('There is no secret to sign with');
    const signature = digestOf(newest, this.signedHead(id, timestamp), body).toString(encoding);
    return { [headers.id]: id, [headers.timestamp]: timestamp, [headers.signature]: prefix + signature };
  }

  private missingIn(headers: IncomingHttpHeaders): string {
    const { id, timestamp, signature } = this.headerNames;
    return [id, timestamp, signature].filter((name) => typeof headers[name] !== 'string').join(', ');
  }

  private signaturesIn(header: string): readonly Buffer[] | SignatureFault {
    const { prefix, encoding, signatureSeparator } = this.profile;
    const parts = header.split(signatureSeparator, MAX_SIGNATURES + 1);
    if (parts.length > MAX_SIGNATURES) return 'too_many_signatures';
    const signatures: Buffer[] = [];
    for (const versioned of parts) {
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

  /** The signed text before the body. Both parts match a pattern that is ASCII and excludes the separator. */
  private signedHead(id: string, timestamp: string): string {
    const { signedParts, partSeparator } = this.profile;
    const [first, second] = signedParts[0] === 'id' ? [id, timestamp] : [timestamp, id];
    return first + partSeparator + second + partSeparator;
  }
}

function rejection(reason: SignatureFault, header: string | null): SignatureRejection {
  return { ok: false, reason, header };
}

/** Node.js joins repeated headers with a comma and a space, which no valid value contains. */
function faultIn(value: string): SignatureFault {
  if (value === '') return 'header_empty';
  return value.includes(', ') ? 'header_repeated' : 'header_malformed';
}

/** Takes the digest as a string and converts it: measured faster than a digest as a new Buffer. */
function digestOf(key: SigningKey, head: string, body: Buffer): Buffer {
  const digest = createHmac('sha256', key.secret).update(head, 'latin1').update(body).digest('binary');
  return Buffer.from(digest, 'latin1');
}

function keyIdOf(secret: Buffer): string {
  // Deliberately slow: the key id is public and must not help to guess the secret.
  return scryptSync(secret, KEY_ID_LABEL, KEY_ID_LENGTH / 2).toString('hex');
}
