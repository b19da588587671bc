import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { jest } from '@jest/globals';
import type { S3mini } from 's3mini';
import S3rver from 's3rver';
import { S3Store } from '../../src/modules/recordings/store/s3-store.js';
import { digestOf, RecordingDesk } from '../support/recording-desk.js';
import { mp3Of, servesParts } from '../support/recording-peer.js';

const KEY = '2026/01/31/55.mp3';

describe('copies in S3', () => {
  let server: S3rver;
  let folder: string;
  let endpoint: string;
  let store: S3Store;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-'));
    server = new S3rver({
      port: 0,
      address: '127.0.0.1',
      silent: true,
      directory: folder,
      configureBuckets: [{ name: 'recordings', configs: [] }],
    });
    const { port } = await server.run();
    endpoint = `http://127.0.0.1:${port}`;
    store = new S3Store(settings());
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  const settings = () => ({
    endpoint,
    bucket: 'recordings',
    region: 'us-east-1',
    keyId: 'S3RVER',
    secret: 'S3RVER',
  });

  it('are the bytes of the file, whole and in parts, until they are removed', async () => {
    const bytes = randomBytes(300_000);
    const file = join(folder, 'copy.part');
    await writeFile(file, bytes);
    await store.put(KEY, file, 'audio/mpeg');
    expect(await readdir(folder)).not.toContain('copy.part');
    expect(await store.sizeOf(KEY)).toBe(300_000);
    const signal = new AbortController().signal;
    const part = await buffer(await store.open(KEY, { start: 1_000, end: 1_999 }, signal));
    expect(part.equals(bytes.subarray(1_000, 2_000))).toBe(true);
    await store.remove(KEY);
    expect(await store.sizeOf(KEY)).toBeNull();
    await store.remove(KEY);
  });

  describe('when the request to the server has ended while the listener paused', () => {
    const bytes = randomBytes(20_000_000);

    /** Reads the start of a copy, and lets the time of its request pass. */
    async function pause(): Promise<{ readonly heard: Buffer; readonly rest: AsyncIterator<Uint8Array> }> {
      const late = new AbortController();
      const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(late.signal);
      try {
        const copy = await store.open(
          KEY,
          { start: 100, end: bytes.length - 1 },
          new AbortController().signal,
        );
        const rest = copy[Symbol.asyncIterator]();
        const first = await rest.next();
        late.abort();
        return { heard: Buffer.from(first.value as Uint8Array), rest };
      } finally {
        timeout.mockRestore();
      }
    }

    beforeEach(() => put(bytes));
    afterEach(() => store.remove(KEY));

    async function put(content: Buffer): Promise<void> {
      const file = join(folder, 'copy.part');
      await writeFile(file, content);
      await store.put(KEY, file, 'audio/mpeg');
    }

    it('go on where it was', async () => {
      const { heard, rest } = await pause();
      const left = await buffer({ [Symbol.asyncIterator]: () => rest } as AsyncIterable<Uint8Array>);
      expect(digestOf(Buffer.concat([heard, left]))).toBe(digestOf(bytes.subarray(100)));
    });

    it('do not go on with the bytes of another one', async () => {
      const { rest } = await pause();
      await put(randomBytes(20_000_000));
      await expect(rest.next()).rejects.toThrow('replaced while it was played');
    });

    it('are an error when the server breaks off again before a byte has come', async () => {
      const { rest } = await pause();
      const { client } = store as unknown as { client: S3mini };
      const { headers } = await client.getObjectRaw(KEY, false, 0, 1);
      const body = () => new ReadableStream({ start: (stream) => stream.error(new Error('cut off')) });
      const asking = jest
        .spyOn(client, 'getObjectRaw')
        .mockImplementation(async () => new Response(body(), { status: 206, headers }));
      try {
        await expect(rest.next()).rejects.toThrow('cut off');
        expect(asking).toHaveBeenCalledTimes(1);
      } finally {
        asking.mockRestore();
      }
    });
  });

  it('that the server stores with another size are none', async () => {
    const file = join(folder, 'copy.part');
    await writeFile(file, 'ID3 sound');
    const client = (store as unknown as { client: { getContentLength(): Promise<number> } }).client;
    const lie = jest.spyOn(client, 'getContentLength').mockResolvedValue(10);
    try {
      await expect(store.put(KEY, file, 'audio/mpeg')).rejects.toThrow('stored 10 bytes of a recording of 9');
    } finally {
      lie.mockRestore();
    }
    expect(await store.sizeOf(KEY)).toBeNull();
  });

  it('are fetched, played and described like those of the folder', async () => {
    const desk = await RecordingDesk.start({ recordings: { s3: settings() } });
    try {
      const mp3 = mp3Of(100_000);
      desk.pbx.answer = servesParts(mp3);
      await desk.record();
      expect(await desk.fetching.fetchDue()).toBe(1);
      desk.pbx.requests.length = 0;
      const address = await desk.addressFor();
      const whole = await desk.play(address);
      expect([whole.status, Buffer.from(await whole.arrayBuffer()).equals(mp3)]).toEqual([200, true]);
      const etag = whole.headers.get('etag') ?? '';
      const part = await desk.play(address, { range: 'bytes=10-19', 'if-range': etag });
      expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 10-19/100000']);
      expect(Buffer.from(await part.arrayBuffer()).equals(mp3.subarray(10, 20))).toBe(true);
      const changed = await desk.play(address, { range: 'bytes=10-19', 'if-range': '"another"' });
      expect([changed.status, (await changed.arrayBuffer()).byteLength]).toEqual([200, 100_000]);
      const beyond = await desk.play(address, { range: 'bytes=100000-' });
      expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */100000']);
      const head = await desk.play(address, {}, 'HEAD');
      expect([head.status, head.headers.get('content-length')]).toEqual([200, '100000']);
      expect(desk.pbx.requests).toEqual([]);
    } finally {
      await desk.close();
    }
  });
});
