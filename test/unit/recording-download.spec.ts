import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readHostRule } from '../../src/common/host-rule.js';
import { AddressPolicy } from '../../src/modules/recordings/pbx/address-policy.js';
import { audioTypeOf } from '../../src/modules/recordings/copies/audio-type.js';
import { download, type Download } from '../../src/modules/recordings/copies/download.js';
import { RecordingClient } from '../../src/modules/recordings/pbx/recording-client.js';
import { type Answering, mp3Of, RecordingPeer, servesParts } from '../support/recording-peer.js';
import { toneWav } from '../../src/simulator/recordings/tone-wav.js';

const LIMITS = { bytes: 1_000_000, milliseconds: 600 };
const MP3 = mp3Of(50_000);
const AUDIO = { 'content-type': 'audio/mpeg' };

describe('a download', () => {
  let pbx: RecordingPeer;
  let folder: string;
  let client: RecordingClient;

  beforeAll(async () => {
    pbx = await RecordingPeer.start();
    client = new RecordingClient({
      hosts: [readHostRule(pbx.url)].flatMap((rule) => rule ?? []),
      addresses: new AddressPolicy([], true),
      certificates: [],
      headersMs: 300,
    });
  });
  afterAll(() => pbx.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'download-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const fetchFrom = (answer: Answering, limits = LIMITS): Promise<Download> => {
    pbx.answer = answer;
    const file = join(folder, '1.part');
    const signal = new AbortController().signal;
    return download(client, { url: `${pbx.url}/1.mp3`, file, signal }, limits);
  };

  it('is whole, private to this user, and known by its first bytes', async () => {
    const done = await fetchFrom(servesParts(MP3, 'application/octet-stream'));
    expect(done).toMatchObject({ size: 50_000, contentType: 'audio/mpeg', extension: 'mp3' });
    const file = join(folder, '1.part');
    expect((await readFile(file)).equals(MP3)).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  /** Writes again and again, so that no idle limit would end it. */
  const drips: Answering = (_request, response) => {
    response.writeHead(200, AUDIO).write(MP3.subarray(0, 20));
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  };

  const endless: Answering = (_request, response) => {
    response.writeHead(200, AUDIO);
    const more = (): void => {
      while (!response.destroyed && response.write(MP3));
    };
    response.on('drain', more);
    more();
  };

  it.each<[string, Answering, string]>([
    [
      'cut off',
      (_r, response) => {
        response
          .writeHead(200, { ...AUDIO, 'content-length': 50_000 })
          .write(MP3.subarray(0, 20_000), () => response.destroy());
      },
      'broke off',
    ],
    [
      'cut off between chunks',
      (_r, response) => {
        response.writeHead(200, AUDIO).write(MP3, () => response.destroy());
      },
      'broke off',
    ],
    ['endless', endless, 'larger than'],
    [
      'announced as too large',
      (_r, response) => {
        response.writeHead(200, { ...AUDIO, 'content-length': 1_000_001 }).flushHeaders();
      },
      'larger than',
    ],
    ['dripping', drips, 'too long'],
    ['empty', (_r, response) => response.writeHead(200, AUDIO).end(), 'empty'],
    [
      'a page',
      (_r, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      'no sound file',
    ],
    [
      'a page that is called sound',
      (_r, response) => response.writeHead(200, AUDIO).end('<html><body>log in</body>'),
      'no sound file',
    ],
    [
      'a text that is too short for any sound',
      (_r, response) => response.writeHead(200, AUDIO).end('no'),
      'no sound file',
    ],
    [
      'compressed',
      (_r, response) =>
        response
          .writeHead(200, { ...AUDIO, 'content-encoding': 'gzip' })
          .end(gzipSync(Buffer.alloc(2_000_000))),
      'compressed',
    ],
    [
      'a part that nobody asked for',
      (_r, response) =>
        response.writeHead(206, { ...AUDIO, 'content-range': 'bytes 0-9/50000' }).end(MP3.subarray(0, 10)),
      '206',
    ],
    ['not there yet', (_r, response) => response.writeHead(404).end(), '404'],
    ['refused', (_r, response) => response.writeHead(500).end('error at 01712345678'), '500'],
  ])('that is %s is refused, and leaves no file', async (_what, answer, why) => {
    await expect(fetchFrom(answer)).rejects.toThrow(why);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['ID3\x04', 'audio/mpeg'],
    ['\xff\xfb\x90', 'audio/mpeg'],
    ['\xff\xf1\x50', 'audio/aac'],
    ['OggS', 'audio/ogg'],
    ['\0\0\0\x20ftypM4A ', 'audio/mp4'],
    ['fLaC', 'audio/flac'],
    ['#!AMR\n', 'audio/amr'],
    ['\x1a\x45\xdf\xa3', 'audio/webm'],
  ])('of what begins with %j is %s', (start, type) => {
    expect(audioTypeOf(Buffer.from(start, 'latin1'))?.contentType).toBe(type);
  });

  it.each([['\xff\xff\xff'], ['<!doctype html>'], ['RIFF1234AVI '], ['%PDF-1.7'], ['']])(
    'of what begins with %j is none',
    (start) => {
      expect(audioTypeOf(Buffer.from(start, 'latin1'))).toBeNull();
    },
  );

  it('of the simulator is a WAV that differs with the call', () => {
    const [one, same, other] = [toneWav('BN-CALL-1', 1), toneWav('BN-CALL-1', 1), toneWav('BN-CALL-2', 1)];
    expect(audioTypeOf(one)?.contentType).toBe('audio/wav');
    expect(one.readUInt32LE(4)).toBe(one.length - 8);
    expect(one).toHaveLength(16_044);
    expect(one.equals(same)).toBe(true);
    expect(one.equals(other)).toBe(false);
  });
});
