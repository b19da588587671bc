import { readHostRule } from '../../src/common/host-rule.js';
import { RecordingFetch } from '../../src/modules/recordings/copies/recording-fetch.service.js';
import { TestApp } from '../support/app.js';
import { RecordingDesk } from '../support/recording-desk.js';
import { mp3Of } from '../support/recording-peer.js';

const MP3 = mp3Of(10_000);

describe('recordings that the settings forbid to fetch', () => {
  let desk: RecordingDesk;

  beforeAll(async () => {
    const hosts = ['https://pbx.example.com'].flatMap((url) => readHostRule(url) ?? []);
    desk = await RecordingDesk.start({ recordings: { hosts } });
  });
  afterAll(() => desk.close());
  beforeEach(() => desk.reset(MP3));

  it('use up no try, and wait for other settings', async () => {
    await desk.record();
    expect(await desk.fetching.fetchDue()).toBe(0);
    const [row] = await desk.rows();
    expect(row).toMatchObject({
      state: 'waiting',
      tries: 0,
      nextTryAt: null,
      why: 'its host is not one of RECORDING_HOSTS',
    });
    expect(desk.pbx.requests).toEqual([]);
  });

  it('are fetched as soon as the service is started with other settings', async () => {
    await desk.record();
    await desk.fetching.fetchDue();
    expect(await desk.fetching.fetchDue()).toBe(0);
    const hosts = [desk.pbx.url].flatMap((url) => readHostRule(url) ?? []);
    const mended = await TestApp.start(desk.database, { recordings: { hosts, folder: desk.folder } });
    try {
      expect(await mended.nest.get(RecordingFetch, { strict: false }).fetchDue()).toBe(1);
    } finally {
      await mended.close();
    }
    expect(await desk.rows()).toMatchObject([{ state: 'stored', tries: 1, why: null }]);
  });

  it('also wait if it is their network that is not allowed', async () => {
    const hosts = ['http://10.0.0.5'].flatMap((url) => readHostRule(url) ?? []);
    const closed = await TestApp.start(desk.database, { recordings: { hosts, folder: desk.folder } });
    try {
      await desk.record();
      await desk.app.db.query(`UPDATE telephony_recordings SET url = 'http://10.0.0.5/a.mp3'`);
      expect(await closed.nest.get(RecordingFetch, { strict: false }).fetchDue()).toBe(0);
    } finally {
      await closed.close();
    }
    const [row] = await desk.rows();
    expect(row).toMatchObject({ state: 'waiting', tries: 0, nextTryAt: null });
    expect(row?.why).toContain('RECORDING_ALLOWED_NETWORKS');
  });
});
