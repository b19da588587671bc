import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { RecordingStore } from '../../src/modules/recordings/store/recording-store.js';
import { AGENT_201, AGENT_202, SUPERVISOR } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { bytesOf, digestOf, RecordingDesk } from '../support/recording-desk.js';
import { mp3Of, servesParts } from '../support/recording-peer.js';

const MP3 = mp3Of(300_000);

describe('recordings', () => {
  let desk: RecordingDesk;

  beforeAll(async () => {
    desk = await RecordingDesk.start();
  });
  afterAll(() => desk.close());
  beforeEach(() => desk.reset(MP3));

  describe('as they are reported', () => {
    it('are rows of their call, each URL once, with the last length', async () => {
      await desk.record();
      await desk.report('BN-1', `${desk.pbx.url}/2.mp3`, 10);
      await desk.report('BN-1', `${desk.pbx.url}/2.mp3`, 11);
      expect(await desk.rows()).toMatchObject([
        { callId: 1, state: 'waiting', tries: 0, durationSeconds: 4, url: `${desk.pbx.url}/BN-1.mp3` },
        { callId: 1, state: 'waiting', tries: 0, durationSeconds: 11, url: `${desk.pbx.url}/2.mp3` },
      ]);
    });

    it('may come with the end of the call', async () => {
      await desk.app
        .webhook('call-ended', {
          event: 'call_ended',
          bracknet_call_id: 'BN-1',
          recording_url: `${desk.pbx.url}/1.mp3`,
        })
        .expect(200);
      expect(await desk.rows()).toMatchObject([{ callId: 1, url: `${desk.pbx.url}/1.mp3` }]);
    });

    it('wait for a RECORDING_HOSTS with their host, use up no try meanwhile, and are due when the service starts with it', async () => {
      await desk.record();
      await desk.app.db.query(`UPDATE telephony_recordings SET url = 'https://elsewhere.example/a.mp3?x=1'`);
      const warned = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
      expect(await desk.fetching.fetchDue()).toBe(0);
      expect(warned.mock.calls).toEqual([
        ['Recordings at elsewhere.example are not fetched: it is not one of RECORDING_HOSTS'],
      ]);
      warned.mockRestore();
      const setAside = { tries: 0, nextTryAt: null, why: 'its host is not one of RECORDING_HOSTS' };
      expect(await desk.rows()).toMatchObject([{ state: 'waiting', ...setAside }]);

      await desk.fetching.onApplicationBootstrap();
      expect(await desk.rows()).toMatchObject([{ state: 'waiting', ...setAside }]);

      await desk.app.db.query('UPDATE telephony_recordings SET url = $1', [`${desk.pbx.url}/BN-1.mp3`]);
      await desk.fetching.onApplicationBootstrap();
      expect(await desk.fetching.fetchDue()).toBe(1);
      expect(await desk.rows()).toMatchObject([{ state: 'stored', tries: 1, why: null }]);
    });

    it('make no row when an event reports none', async () => {
      await desk.app
        .webhook('call-answered', {
          event: 'call_answered',
          bracknet_call_id: 'BN-1',
          agent_extension: '201',
        })
        .expect(200);
      expect(await desk.rows()).toEqual([]);
    });
  });

  describe('that are stored', () => {
    it('are copied byte for byte, with their hash, and nothing partial is left', async () => {
      await desk.record();
      expect(await desk.fetching.fetchDue()).toBe(1);
      const [row] = await desk.rows();
      expect(row).toMatchObject({ state: 'stored', size: '300000', contentType: 'audio/mpeg', why: null });
      expect(row?.sha256).toEqual(createHash('sha256').update(MP3).digest());
      expect(digestOf(await readFile(join(desk.folder, row?.storageKey ?? '')))).toBe(digestOf(MP3));
      expect(await readdir(join(desk.folder, 'tmp'))).toEqual([]);
    });

    it('keep their copy when two fetches of one end, one after the other', async () => {
      let goOn: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (goOn = resolve));
      const give = desk.pbx.answer;
      desk.pbx.answer = (request, response) => {
        desk.pbx.answer = give;
        void held.then(() => give(request, response));
      };
      await desk.record();
      const first = desk.fetching.fetchDue();
      await eventually(() => expect(desk.pbx.requests).toHaveLength(1));
      // Its claim is over, or a supervisor has it fetched again.
      await desk.app.db.query('UPDATE telephony_recordings SET next_try_at = now()');
      expect(await desk.fetching.fetchDue()).toBe(1);
      goOn();
      expect(await first).toBe(0);
      const [row] = await desk.rows();
      expect(row?.state).toBe('stored');
      expect(digestOf(await readFile(join(desk.folder, row?.storageKey ?? '')))).toBe(digestOf(MP3));
    });

    it('are asked for without what the service or a listener knows', async () => {
      await desk.record();
      await desk.fetching.fetchDue();
      const [request] = desk.pbx.requests;
      expect(Object.keys(request?.headers ?? {}).sort()).toEqual(
        ['accept', 'accept-encoding', 'connection', 'host'].sort(),
      );
    });

    it('play from the copy by the address of the call, without a token', async () => {
      await desk.record();
      await desk.fetching.fetchDue();
      desk.pbx.requests.length = 0;
      const answer = await desk.play(await desk.addressFor());
      expect(answer.status).toBe(200);
      expect(await bytesOf(answer)).toBe(digestOf(MP3));
      expect(desk.pbx.requests).toEqual([]);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'audio/mpeg',
        'content-disposition': 'inline; filename="call-1.mp3"',
        'cache-control': 'private, no-store',
        'content-security-policy': "sandbox; default-src 'none'",
        'cross-origin-resource-policy': 'cross-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'accept-ranges': 'bytes',
      });
    });
  });

  describe('what clients see', () => {
    it('is the own address in each answer, and the PBX’s for supervisors alone', async () => {
      await desk.record();
      const pbx = desk.pbx.url;
      for (const path of [
        '/api/telephony/calls',
        '/api/telephony/calls?include=meta',
        '/api/telephony/calls/1',
        '/api/telephony/calls/1/recordings',
      ]) {
        const { text } = await desk.app.get(path, AGENT_201);
        expect(text).toContain('/api/telephony/recordings/1/audio?ticket=');
        expect(text).not.toContain(pbx);
      }
      for (const path of [
        '/api/telephony/calls/1/pop',
        '/api/telephony/calls/1/life',
        '/api/crm/call-tasks',
      ]) {
        const { status, text } = await desk.app.get(path, AGENT_201);
        expect([path, [200, 403].includes(status), text.includes(pbx)]).toEqual([path, true, false]);
      }
      const { body } = await desk.app.get('/api/telephony/calls/1/recordings', SUPERVISOR);
      expect(body.items).toMatchObject([
        { id: 1, part: 1, state: 'waiting', tries: 0, pbxUrl: `${pbx}/BN-1.mp3` },
      ]);
      expect((await desk.app.get('/api/telephony/calls/1/recordings', AGENT_202)).status).toBe(404);
    });
  });

  describe('that the PBX does not give', () => {
    it('are tried again later, and listeners are told when', async () => {
      desk.pbx.answer = (_request, response) => response.writeHead(404).end();
      await desk.record();
      expect(await desk.fetching.fetchDue()).toBe(0);
      const [row] = await desk.rows();
      expect(row).toMatchObject({ state: 'waiting', tries: 1, why: 'the PBX answers 404' });
      const answer = await desk.play(await desk.addressFor());
      expect(answer.status).toBe(409);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await answer.json()).toMatchObject({ code: 'RECORDING_NOT_READY' });
      expect(await desk.listens()).toEqual([]);
    });

    it('use up no try while the store does not take them', async () => {
      await desk.record();
      const put = jest
        .spyOn(desk.app.nest.get(RecordingStore, { strict: false }), 'put')
        .mockRejectedValue(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
      for (let times = 0; times < 9; times += 1) {
        await desk.app.db.query('UPDATE telephony_recordings SET next_try_at = now()');
        expect(await desk.fetching.fetchDue()).toBe(0);
      }
      expect(await desk.rows()).toMatchObject([
        { state: 'waiting', tries: 0, why: 'it could not be stored' },
      ]);
      put.mockRestore();
      await desk.app.db.query('UPDATE telephony_recordings SET next_try_at = now()');
      expect(await desk.fetching.fetchDue()).toBe(1);
    });

    it('are given up after the last try, and fetched again when a supervisor says so', async () => {
      desk.pbx.answer = (_request, response) => response.writeHead(404).end();
      await desk.record();
      for (let tries = 0; tries < 8; tries += 1) {
        await desk.app.db.query('UPDATE telephony_recordings SET next_try_at = now()');
        await desk.fetching.fetchDue();
      }
      expect(await desk.rows()).toMatchObject([{ state: 'gone', tries: 8, nextTryAt: null }]);
      expect(await desk.addressFor()).toBeNull();
      desk.pbx.answer = servesParts(MP3);
      const { body } = await desk.app.post('/api/telephony/recordings/1/fetch', {}, SUPERVISOR);
      expect(body).toMatchObject({ state: 'waiting', tries: 0 });
      expect(await desk.fetching.fetchDue()).toBe(1);
      expect((await desk.app.audit()).map(({ action, subject }) => [action, subject])).toContainEqual([
        'recording.fetch',
        'recording:1',
      ]);
    });
  });

  describe('whose copy is removed', () => {
    const isThere = async (): Promise<boolean> => {
      const [row] = await desk.rows();
      return (await readdir(desk.folder, { recursive: true })).includes(row?.storageKey ?? '');
    };

    it('by retention leave a tombstone, which is not fetched when it is reported again', async () => {
      const kept = await RecordingDesk.start({ recordings: { retentionDays: 30 } });
      try {
        kept.pbx.answer = servesParts(MP3);
        await kept.record();
        await kept.fetching.fetchDue();
        const address = await kept.addressFor();
        expect(await kept.retention.removeDue()).toBe(0);
        await kept.app.db.query(`UPDATE telephony_recordings SET reported_at = now() - interval '31 days'`);
        await kept.app.put('/api/telephony/recordings/1/hold', { reason: 'a complaint' }, SUPERVISOR);
        expect(await kept.retention.removeDue()).toBe(0);
        await kept.app.delete('/api/telephony/recordings/1/hold', SUPERVISOR);
        expect(await kept.retention.removeDue()).toBe(1);
        await kept.report('BN-1', `${kept.pbx.url}/BN-1.mp3`);
        const [row] = await kept.rows();
        expect(row).toMatchObject({ state: 'removed', removedWhy: 'retention', size: '300000' });
        expect(row?.removedAt).toBeInstanceOf(Date);
        expect(await kept.fetching.fetchDue()).toBe(0);
        const answer = await kept.play(address);
        expect(answer.status).toBe(410);
        expect(await answer.json()).toMatchObject({ code: 'RECORDING_REMOVED' });
        const actions = (await kept.app.audit()).map(({ action }) => action);
        expect(actions).toEqual(expect.arrayContaining(['recording.hold', 'recording.release']));
      } finally {
        await kept.close();
      }
    });

    it('by an erasure of the customer are gone at once, and their address is forgotten', async () => {
      await desk.record();
      await desk.app
        .webhook('call-ended', {
          event: 'call_ended',
          bracknet_call_id: 'BN-1',
          customer_number: '01712345678',
        })
        .expect(200);
      await desk.fetching.fetchDue();
      const address = await desk.addressFor();
      await desk.app.post('/api/telephony/erasures', { number: '01712345678', dryRun: false }, SUPERVISOR);
      expect((await desk.play(address)).status).toBe(410);
      expect(await isThere()).toBe(true);
      expect(await desk.retention.removeDue()).toBe(1);
      expect(await isThere()).toBe(false);
      expect(await desk.rows()).toMatchObject([{ state: 'removed', removedWhy: 'erased', url: null }]);
    });

    it('by accident are fetched anew, and relayed meanwhile', async () => {
      await desk.record();
      await desk.fetching.fetchDue();
      const [row] = await desk.rows();
      await rm(join(desk.folder, row?.storageKey ?? ''));
      const answer = await desk.play(await desk.addressFor());
      expect(await bytesOf(answer)).toBe(digestOf(MP3));
      expect(await desk.fetching.fetchDue()).toBe(1);
    });

    it('with the disk of their folder are not taken for lost, nor is anything stored or removed beside it', async () => {
      await desk.record();
      await desk.fetching.fetchDue();
      await desk.unmount();
      await desk.fetching.onApplicationBootstrap();

      expect(await bytesOf(await desk.play(await desk.addressFor()))).toBe(digestOf(MP3));
      await desk.record('BN-2');
      expect(await desk.fetching.fetchDue()).toBe(0);
      await desk.app.db.query(`UPDATE telephony_recordings SET state = 'removing' WHERE call_id = 1`);
      expect(await desk.retention.removeDue()).toBe(0);
      expect(await desk.rows()).toMatchObject([
        { state: 'removing' },
        { state: 'waiting', tries: 0, why: 'it could not be stored' },
      ]);

      await desk.mount();
      await desk.app.db.query(
        `UPDATE telephony_recordings SET state = CASE call_id WHEN 1 THEN 'stored' ELSE state END, next_try_at = now()`,
      );
      const asked = desk.pbx.requests.length;
      const answer = await desk.play(await desk.addressFor());
      expect(answer.headers.get('ETag')).not.toBeNull();
      expect(await bytesOf(answer)).toBe(digestOf(MP3));
      expect(desk.pbx.requests).toHaveLength(asked);
      expect(await desk.fetching.fetchDue()).toBe(1);
    });

    it('are known by one of the newest in a folder from before it was marked', async () => {
      await desk.record();
      await desk.fetching.fetchDue();
      await rm(join(desk.folder, '.telephony-recordings'));
      await desk.fetching.onApplicationBootstrap();

      expect(await readdir(desk.folder)).toContain('.telephony-recordings');
      const [row] = await desk.rows();
      await rm(join(desk.folder, row?.storageKey ?? ''));
      await desk.play(await desk.addressFor());
      expect(await desk.rows()).toMatchObject([{ state: 'waiting', why: 'the copy was lost' }]);
    });

    it('are known so too when that folder is mounted after the start', async () => {
      await desk.record();
      await desk.fetching.fetchDue();
      await rm(join(desk.folder, '.telephony-recordings'));
      await desk.unmount();
      await desk.fetching.onApplicationBootstrap();
      await desk.record('BN-2');
      expect(await desk.fetching.fetchDue()).toBe(0);

      await desk.mount();
      await desk.app.db.query(`UPDATE telephony_recordings SET next_try_at = now() WHERE state = 'waiting'`);
      expect(await desk.fetching.fetchDue()).toBe(1);
      expect(await readdir(desk.folder)).toContain('.telephony-recordings');
    });
  });

  it('what a dead instance left half written is removed when the recording is fetched again', async () => {
    await desk.record();
    await desk.fetching.fetchDue();
    await writeFile(join(desk.folder, 'tmp', '1-0123456789abcdef.part'), 'half');
    await desk.app.db.query(`UPDATE telephony_recordings SET state = 'waiting', next_try_at = now()`);
    expect(await desk.fetching.fetchDue()).toBe(1);
    expect(await readdir(join(desk.folder, 'tmp'))).toEqual([]);
  });
});
