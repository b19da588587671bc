import { once } from 'node:events';
import { setImmediate as immediate } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { issueToken } from '../../src/modules/auth/issue-token.js';
import { PlaybackService } from '../../src/modules/recordings/playback/playback.service.js';
import { MOST_RELAYS } from '../../src/modules/recordings/playback/relays.js';
import { RecordingStore } from '../../src/modules/recordings/store/recording-store.js';
import { AGENT_201, JWT_SECRET, SUPERVISOR } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { bytesOf, digestOf, RecordingDesk } from '../support/recording-desk.js';
import { mp3Of, servesParts, servesWhole } from '../support/recording-peer.js';

const MP3 = mp3Of(300_000);

describe('recordings that are played', () => {
  let desk: RecordingDesk;

  beforeAll(async () => {
    desk = await RecordingDesk.start();
  });
  afterAll(() => desk.close());
  beforeEach(() => desk.reset(MP3));

  it('a player that has the start of a copy gets the rest of the same version', async () => {
    await desk.record();
    await desk.fetching.fetchDue();
    const address = await desk.addressFor();
    const start = await desk.play(address, { range: 'bytes=0-9' });
    await start.arrayBuffer();
    const rest = await desk.play(address, {
      range: 'bytes=10-',
      'if-range': start.headers.get('etag') ?? '',
    });
    expect(rest.status).toBe(206);
    expect(await bytesOf(rest)).toBe(digestOf(MP3.subarray(10)));
  });

  describe.each([
    ['a copy', servesParts, true],
    ['a PBX with Range', servesParts, false],
    ['a PBX without Range', servesWhole, false],
  ] as const)('played from %s', (_from, answers, isCopied) => {
    let address: string;

    beforeEach(async () => {
      desk.pbx.answer = answers(MP3);
      await desk.record();
      if (isCopied) await desk.fetching.fetchDue();
      address = await desk.addressFor();
    });

    it.each([
      ['bytes=0-', 0, 300_000],
      ['bytes=1000-1999', 1_000, 2_000],
      ['bytes=299990-', 299_990, 300_000],
      ['bytes=299990-999999', 299_990, 300_000],
      ['bytes=-10', 299_990, 300_000],
    ])('%s is a part', async (range, start, end) => {
      const answer = await desk.play(address, { range });
      expect(answer.status).toBe(206);
      expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/300000`);
      expect(answer.headers.get('content-length')).toBe(String(end - start));
      expect(await bytesOf(answer)).toBe(digestOf(MP3.subarray(start, end)));
    });

    it.each([[''], ['bytes=5-2'], ['bytes=a-b'], ['items=0-1']])('%p is the whole', async (range) => {
      const answer = await desk.play(address, range === '' ? {} : { range });
      expect(answer.status).toBe(200);
      expect(await bytesOf(answer)).toBe(digestOf(MP3));
    });

    it('beyond the end is 416, with the size', async () => {
      const answer = await desk.play(address, { range: 'bytes=300000-' });
      expect(answer.status).toBe(416);
      expect(answer.headers.get('content-range')).toBe('bytes */300000');
    });

    it('is described to HEAD without a listening', async () => {
      const answer = await desk.play(address, {}, 'HEAD');
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-length')).toBe('300000');
      expect(await answer.text()).toBe('');
      expect(await desk.listens()).toEqual([]);
    });

    it('another version than the player has is sent as the whole', async () => {
      const answer = await desk.play(address, { range: 'bytes=10-', 'if-range': '"another"' });
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
    });
  });

  it('a long recording is relayed in pieces of 2 MiB until there is a copy', async () => {
    const long = mp3Of(5 * 1024 * 1024);
    desk.pbx.answer = servesWhole(long);
    await desk.record();
    const answer = await desk.play(await desk.addressFor(), { range: 'bytes=1048576-' });
    expect(answer.headers.get('content-range')).toBe('bytes 1048576-3145727/5242880');
    expect(await bytesOf(answer)).toBe(digestOf(long.subarray(1_048_576, 3_145_728)));
  });

  it('one more relay than an instance bears at once is told to come again, until a listener has left', async () => {
    desk.pbx.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': MP3.length });
      response.write(MP3.subarray(0, 1_000));
    };
    await desk.record();
    const address = await desk.addressFor();
    const leaving = Array.from({ length: MOST_RELAYS }, () => new AbortController());
    await Promise.all(leaving.map(({ signal }) => fetch(desk.app.url + address, { signal })));
    const refused = await desk.play(address);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([409, '5']);
    expect(await refused.json()).toMatchObject({
      code: 'RECORDING_NOT_READY',
      message: expect.stringContaining('Too many recordings'),
    });
    for (const one of leaving) one.abort();
    desk.pbx.answer = servesWhole(MP3);
    await eventually(async () => expect(await bytesOf(await desk.play(address))).toBe(digestOf(MP3)));
  });

  it('several listeners of one copy, who read slowly, each get their own part of it', async () => {
    const long = mp3Of(5 * 1024 * 1024);
    desk.pbx.answer = servesWhole(long);
    await desk.record();
    await desk.fetching.fetchDue();
    const address = await desk.addressFor();
    const starts = [0, 1_000_000, 2_000_000, 3_000_000];
    const heard = await Promise.all(
      starts.map(async (start) => {
        const { body } = await desk.play(address, { range: `bytes=${start}-` });
        const chunks: Uint8Array[] = [];
        for await (const chunk of body as AsyncIterable<Uint8Array>) {
          chunks.push(chunk);
          await immediate();
        }
        return digestOf(Buffer.concat(chunks));
      }),
    );
    expect(heard).toEqual(starts.map((start) => digestOf(long.subarray(start))));
  });

  it('a listener who leaves before the first byte ends the request to the PBX, and nothing else', async () => {
    let ended: Promise<unknown> = Promise.resolve();
    desk.pbx.answer = (_request, response) => {
      ended = once(response, 'close');
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': MP3.length });
      response.write(MP3.subarray(0, 1_000));
    };
    await desk.record();
    const address = await desk.addressFor();
    const leaving = new AbortController();
    const beginning = jest
      .spyOn(desk.app.nest.get(PlaybackService), 'beginListening')
      .mockImplementation(async () => {
        leaving.abort();
        await ended;
      });
    try {
      const left = fetch(desk.app.url + address, { signal: leaving.signal });
      await expect(left).rejects.toThrow('aborted');
      await beginning.mock.results[0]?.value;
    } finally {
      beginning.mockRestore();
    }
    desk.pbx.answer = servesWhole(MP3);
    expect(await bytesOf(await desk.play(address))).toBe(digestOf(MP3));
  });

  it.each([
    ['whole', {}],
    ['part', { range: 'bytes=0-' }],
  ])(
    'a PBX that breaks off before the first byte of the %s is an error, not an empty sound',
    async (_what, headers) => {
      desk.pbx.answer = (_request, response) => {
        response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': MP3.length });
        response.flushHeaders();
        setImmediate(() => response.destroy());
      };
      await desk.record();
      const answer = await desk.play(await desk.addressFor(), headers);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([409, '1']);
      expect(answer.headers.get('content-range')).toBeNull();
      expect(await answer.json()).toMatchObject({ code: 'RECORDING_NOT_READY' });
    },
  );

  it('a copy that is shorter than it was is cut off, not filled up', async () => {
    await desk.record();
    await desk.fetching.fetchDue();
    const [row] = await desk.rows();
    const address = await desk.addressFor();
    const reading = jest.spyOn(desk.app.nest.get(RecordingStore), 'sizeOf').mockResolvedValue(300_001);
    try {
      const answer = await desk.play(address);
      expect([row?.size, answer.headers.get('content-length')]).toEqual(['300000', '300001']);
      await expect(answer.arrayBuffer()).rejects.toThrow('terminated');
    } finally {
      reading.mockRestore();
    }
  });

  describe('who listens', () => {
    it('is recorded before the first byte, once for all parts of one ticket', async () => {
      await desk.record();
      await desk.fetching.fetchDue();
      const address = await desk.addressFor();
      for (const range of ['bytes=0-99999', 'bytes=100000-']) {
        const answer = await desk.play(address, { range });
        expect(await desk.listens()).toMatchObject([
          { recordingId: 1, userId: 7, role: 'agent', address: '127.0.0.1' },
        ]);
        await answer.arrayBuffer();
      }
      await eventually(async () => {
        const [listen] = await desk.listens();
        expect(listen?.requests).toBe(2);
        expect(Number(listen?.bytes)).toBeGreaterThan(300_000);
      });
      const shown = await desk.app.get('/api/telephony/recordings/1/listens', SUPERVISOR);
      expect(shown.body).toMatchObject({ total: 1, items: [{ userId: 7, requests: 2 }] });
      expect((await desk.app.get('/api/telephony/recordings/1/listens', AGENT_201)).status).toBe(403);
    });

    it('gets no byte when it cannot be recorded', async () => {
      await desk.record();
      await desk.fetching.fetchDue();
      const address = await desk.addressFor();
      await desk.app.db.query(
        'ALTER TABLE telephony_recording_listens ADD CONSTRAINT none CHECK (requests = 0)',
      );
      try {
        const answer = await desk.play(address);
        expect(answer.status).toBe(500);
        expect(answer.headers.get('content-type')).toContain('json');
      } finally {
        await desk.app.db.query('ALTER TABLE telephony_recording_listens DROP CONSTRAINT none');
      }
    });

    it('may hear it as long as the call is his', async () => {
      await desk.record();
      await desk.fetching.fetchDue();
      const [own, supervisors] = [await desk.addressFor(), await desk.addressFor(SUPERVISOR)];
      await desk.app.db.query(`UPDATE telephony_calls SET agent_phone = '202', first_agent_phone = '202'`);
      expect((await desk.play(own)).status).toBe(404);
      expect((await desk.play(supervisors)).status).toBe(200);
    });

    it('hears nothing after his tokens were withdrawn', async () => {
      await desk.record();
      await desk.fetching.fetchDue();
      const address = await desk.addressFor();
      await desk.app.post('/api/telephony/revocations', { userId: 7 }, SUPERVISOR);
      expect((await desk.play(address)).status).toBe(404);
      await desk.app.delete('/api/telephony/revocations/7', SUPERVISOR);
    });

    it('needs a ticket for this recording: a token is none, nor is one of a shop customer or of another key', async () => {
      await desk.record();
      await desk.fetching.fetchDue();
      await desk.record('BN-2');
      const audio = '/api/telephony/recordings/1/audio';
      const ofOther = (await desk.addressFor(AGENT_201, 2)).split('ticket=')[1];
      const token = await issueToken({ jwtSecret: JWT_SECRET }, AGENT_201);
      for (const query of [
        '',
        '?ticket=',
        '?ticket=x',
        `?ticket=${ofOther}`,
        `?ticket=${token}`,
        '?ticket=a&ticket=b',
      ]) {
        const answer = await desk.play(audio + query);
        expect([query, answer.status]).toEqual([query, 404]);
        expect(await answer.json()).toMatchObject({ code: 'RECORDING_NOT_FOUND' });
      }
    });
  });
});
