import { setTimeout as pause } from 'node:timers/promises';
import {
  type Header,
  headersOf,
  macOf,
  type Message,
  newId,
  type Parts,
  partsOf,
  type Profile,
  SECRETS,
  signatureOf,
  signed,
  timestampAt,
} from './signature.js';

/** A kind of forgery, applied to a valid event. */
export interface Attack {
  readonly name: string;
  readonly tried: string;
  /** The attack applies only to this profile. */
  readonly only?: Profile['name'];
  /** The outcome depends on a single second, so the attack is sent at the start of a second. */
  readonly atStartOfSecond?: boolean;
  /** 431 is accepted too: the HTTP parser rejects requests with too large headers. */
  readonly mayBe431?: boolean;
  readonly forge: (profile: Profile, body: Buffer) => readonly Message[];
}

const TEN_YEARS = 315_576_000;

/** A correct signature of a message with an invalid timestamp. */
const withTimestamp =
  (timestamp: () => string): Attack['forge'] =>
  (profile, body) => [signed(profile, body, { timestamp: timestamp() })];

/** Three messages, in each of which another signature header is changed. */
const eachHeader =
  (change: (header: Header) => readonly Header[]): Attack['forge'] =>
  (profile, body) => {
    const { headers } = signed(profile, body);
    return headers.map((_, at) => ({
      headers: headers.flatMap((header, index) => (index === at ? change(header) : [header])),
      body,
    }));
  };

/** A correct message with a changed signature header. */
const withSignature =
  (write: (profile: Profile, parts: Parts) => string): Attack['forge'] =>
  (profile, body) => {
    const parts = partsOf(profile, body);
    return [{ headers: headersOf(profile, parts, write(profile, parts)), body }];
  };

/** Sends another message than the signed one. */
const sentInstead =
  (change: (parts: Parts) => Partial<Parts>): Attack['forge'] =>
  (profile, body) => {
    const parts = partsOf(profile, body);
    const sent = { ...parts, ...change(parts) };
    return [{ headers: headersOf(profile, sent, signatureOf(profile, parts)), body: sent.body }];
  };

export const ATTACKS: readonly Attack[] = [
  {
    name: 'one byte of the body changed',
    tried: 'the last digit of a time, after signing',
    forge: sentInstead(({ body }) => ({ body: withByte(body, body.length - 3, 0x31) })),
  },
  {
    name: 'one character of the id changed',
    tried: 'after signing',
    forge: sentInstead(({ id }) => ({ id: `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}` })),
  },
  {
    name: 'the time changed by a second',
    tried: 'after signing',
    forge: sentInstead(({ timestamp }) => ({ timestamp: String(Number(timestamp) - 1) })),
  },
  { name: 'a header missing', tried: 'each of the three in turn', forge: eachHeader(() => []) },
  { name: 'a header empty', tried: 'each of the three in turn', forge: eachHeader(([name]) => [[name, '']]) },
  {
    name: 'a header twice, the same',
    tried: 'each of the three in turn',
    forge: eachHeader((header) => [header, header]),
  },
  {
    name: 'a header twice, a foreign one first or last',
    tried: 'each of the three in turn',
    forge: (profile, body) => {
      const foreign = signed(profile, body, { timestamp: timestampAt(-10) }).headers;
      const other = (name: string): Header => foreign.find(([known]) => known === name) ?? [name, ''];
      return [
        ...eachHeader((header) => [other(header[0]), header])(profile, body),
        ...eachHeader((header) => [header, other(header[0])])(profile, body),
      ];
    },
  },
  {
    name: 'no signature at all',
    tried: 'an event as anybody could post it',
    forge: (_profile, body) => [{ headers: [], body }],
  },
  { name: 'time "<t>abc"', tried: 'signed as sent', forge: withTimestamp(() => `${timestampAt()}abc`) },
  { name: 'time "+<t>"', tried: 'signed as sent', forge: withTimestamp(() => `+${timestampAt()}`) },
  { name: 'time " <t>"', tried: 'signed as sent', forge: withTimestamp(() => ` ${timestampAt()}`) },
  {
    name: 'time of 13 digits',
    tried: 'milliseconds, signed',
    forge: withTimestamp(() => String(Date.now())),
  },
  {
    name: 'time -301 s',
    tried: 'signed',
    atStartOfSecond: true,
    forge: withTimestamp(() => timestampAt(-301)),
  },
  { name: 'time +61 s', tried: 'signed', atStartOfSecond: true, forge: withTimestamp(() => timestampAt(61)) },
  {
    name: 'time ten years off',
    tried: 'before and after now, signed',
    forge: (profile, body) =>
      [-TEN_YEARS, TEN_YEARS].map((offset) => signed(profile, body, { timestamp: timestampAt(offset) })),
  },
  {
    name: '5,000 signatures',
    tried: 'the right one last; 16 KiB of headers are taken, so 431 will do',
    only: 'standard',
    mayBe431: true,
    forge: withSignature((profile, parts) => manySignatures(profile, parts, 5_000)),
  },
  {
    name: 'as many signatures as headers may hold',
    tried: '300, the right one first or last',
    only: 'standard',
    forge: (profile, body) => [
      ...withSignature((_, parts) => manySignatures(profile, parts, 300))(profile, body),
      ...withSignature((_, parts) => manySignatures(profile, parts, 300, 'first'))(profile, body),
    ],
  },
  {
    name: 'six signatures',
    tried: 'the right one last; five are taken',
    only: 'standard',
    forge: withSignature((profile, parts) => manySignatures(profile, parts, 6)),
  },
  {
    name: 'id with a dot: the boundary shifted',
    tried: 'the signature of id a over 1.2.{…} sent as id a.1 over 2.{…}',
    forge: (profile, body) => {
      const [earlier, now] = [timestampAt(-1), timestampAt()];
      const longer = Buffer.concat([Buffer.from(`${now}.`), body]);
      const id = newId();
      const original =
        profile.name === 'standard'
          ? partsOf(profile, longer, { id, timestamp: earlier })
          : partsOf(profile, longer, { id: earlier, timestamp: now });
      const shifted =
        profile.name === 'standard'
          ? { ...original, id: `${id}.${earlier}`, timestamp: now }
          : { ...original, id: `${earlier}.${now}` };
      return [{ headers: headersOf(profile, shifted, signatureOf(profile, original)), body }];
    },
  },
  {
    name: 'id of other letters, or too long',
    tried: 'space, colon, quote, 129 characters; signed',
    forge: (profile, body) =>
      ['a b', 'a:b', `a'b`, 'a'.repeat(129)].map((id) => signed(profile, body, { id })),
  },
  {
    name: 'signature of 31 bytes',
    tried: 'the right one less its last byte',
    forge: withSignature(
      (profile, parts) => profile.prefix + macOf(profile, parts).subarray(0, 31).toString(profile.encoding),
    ),
  },
  {
    name: 'url-safe signature',
    tried: 'the right one with - and _ for + and /',
    only: 'standard',
    forge: (profile, body) => {
      let parts = partsOf(profile, body);
      while (!/[+/]/u.test(signatureOf(profile, parts))) parts = partsOf(profile, body);
      const urlSafe = signatureOf(profile, parts).replaceAll('+', '-').replaceAll('/', '_');
      return [{ headers: headersOf(profile, parts, urlSafe), body }];
    },
  },
  {
    name: 'signature of another version, or of none',
    tried: 'v2, v1a, bare, empty after v1',
    forge: (profile, body) =>
      ['v2', 'v1a', '', null].flatMap((version) =>
        withSignature((_, parts) => {
          const written = macOf(profile, parts).toString(profile.encoding);
          return version === null ? profile.prefix : profile.prefix.replace('v1', version) + written;
        })(profile, body),
      ),
  },
  {
    name: 'foreign secret',
    tried: 'signed correctly, with a secret the server does not know',
    forge: (profile, body) => [signed(profile, body, { secret: SECRETS.foreign })],
  },
  {
    name: '0xFF for U+FFFD',
    tried: 'signed is the character, sent the byte that decodes to it',
    forge: (profile, body) => {
      const text = body.toString().replace('}', ',"note":"\uFFFD"}');
      const sent = Buffer.from(text.replace('\uFFFD', '\u00FF'), 'latin1');
      const parts = partsOf(profile, Buffer.from(text));
      return [{ headers: headersOf(profile, parts, signatureOf(profile, parts)), body: sent }];
    },
  },
  {
    name: 'bad signature with bad JSON',
    tried: 'no word of the parser',
    forge: (profile) => [signed(profile, Buffer.from('{"event":'), { secret: SECRETS.foreign })],
  },
];

/** Waits until the next second has just begun. */
export async function startOfSecond(): Promise<void> {
  await pause(1_005 - (Date.now() % 1_000));
}

function withByte(bytes: Buffer, at: number, byte: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = changed[at] === byte ? byte + 1 : byte;
  return changed;
}

/** A header with `count` signatures, of which one is correct. */
function manySignatures(
  profile: Profile,
  parts: Parts,
  count: number,
  right: 'first' | 'last' = 'last',
): string {
  const others = Array.from({ length: count - 1 }, (_, n) => `v1,${Buffer.alloc(32, n).toString('base64')}`);
  const all =
    right === 'last' ? [...others, signatureOf(profile, parts)] : [signatureOf(profile, parts), ...others];
  return all.join(' ');
}
