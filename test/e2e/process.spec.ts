import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '../../src/simulator/simulator.js';
import { createTestDatabase, prepareDataFolder } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { Program } from '../support/program.js';

const MISSED = {
  event: 'call_missed',
  from: '01712345678',
  to_extension: '201',
  timestamp: '2026-01-03T11:05:00Z',
};

/** Nothing of the environment that runs the tests reaches the server. */
const BARE = {
  NODE_ENV: '',
  DATABASE_URL: '',
  JWT_SECRET: '',
  BRACKNET_MODE: '',
  BRACKNET_API_BASE_URL: '',
  BRACKNET_API_KEY: '',
  BRACKNET_WEBHOOK_SECRET: '',
  LOG_LEVEL: 'error',
};

describe('the server, started with nothing but Node', () => {
  let dataFolder: string;
  let running: Program[];

  beforeEach(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'telephony-process-'));
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((program) => program.kill()));
    await rm(dataFolder, { recursive: true });
  });

  function startIn(folder: string, env: NodeJS.ProcessEnv = {}): Program {
    return new Program('../../src/main.ts', [], {
      cwd: folder,
      // The socket of a killed process stays in the folder for temporary files.
      env: { ...BARE, DATA_FOLDER: folder, TMPDIR: folder, PORT: '0', ...env },
    });
  }

  function start(env: NodeJS.ProcessEnv = {}): Program {
    const program = startIn(dataFolder, env);
    running.push(program);
    return program;
  }

  /** Waits until it is ready. @returns its address and token */
  async function ready(program: Program): Promise<{ url: string; token: string }> {
    const address = await program.prints(/^ {2}address /u);
    const token = await program.prints(/^TOKEN=/u);
    return { url: address.replace(/^ {2}address +/u, ''), token: token.slice('TOKEN='.length) };
  }

  function post(url: string, path: string, body: object, token?: string): Promise<Response> {
    return fetch(`${url}${path}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
  }

  describe('while it runs', () => {
    let folder: string;
    let service: Program;
    let url: string;
    let token: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'telephony-process-'));
      await prepareDataFolder(folder);
      service = startIn(folder);
      ({ url, token } = await ready(service));
    });
    afterAll(async () => {
      await service.kill();
      await rm(folder, { recursive: true });
    });

    it('has said what it is, and the line it gave to paste starts a call', async () => {
      const curl = await service.prints(/^ {2}-d '/u);
      const banner = service.lines.join('\n');
      expect(banner).toContain(`API docs  ${url}/api/docs`);
      expect(banner).toContain(`database  embedded PostgreSQL in ${join(folder, 'postgres')}`);
      expect(banner).toMatch(/mode {6}mock/u);
      expect(banner).toContain('metrics   not served: neither METRICS_PORT nor METRICS_TOKEN is set');
      expect(banner).toMatch(/webhooks .*not verified/u);
      const body = JSON.parse(/'(.*)'/u.exec(curl)?.[1] ?? '') as object;
      const answer = await post(url, '/api/call/start', body, token);
      expect(await answer.json()).toMatchObject({ status: 'success', mode: 'mock', telephonyCallId: 1 });
    });

    it('is alone on its data folder: a second process names the first one, and exits', async () => {
      const second = start({ DATA_FOLDER: folder });
      expect(await second.exit).toBe(1);
      expect(await second.errors).toContain(folder);
      expect(await second.errors).toContain(String(service.pid));
    });

    it('is alone on its port: a second process reports it in one line', async () => {
      await prepareDataFolder(dataFolder);
      const { port } = new URL(url);
      const second = start({ PORT: port });
      expect(await second.exit).toBe(1);
      expect((await second.errors).trim()).toBe(
        `Port ${port} is in use. Set PORT to another one, or stop the process that has it`,
      );
    });
  });

  it('stores and plays the recording of a call of the simulator, with nothing set but its address and key', async () => {
    await prepareDataFolder(dataFolder);
    const [port, key] = [await freePort(), 'a-key'];
    const simulator = await startSimulator({ port: 0, key, crmUrl: `http://127.0.0.1:${port}` });
    try {
      const env = { BRACKNET_API_BASE_URL: simulator.url, BRACKNET_API_KEY: key, PORT: String(port) };
      const { url, token } = await ready(start(env));
      await fetch(`${simulator.url}/simulate`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify({ scenario: 'inbound-answered', wait: true }),
      });
      const get = (path: string): Promise<Response> =>
        fetch(url + path, { headers: { Authorization: `Bearer ${token}` } });
      await eventually(async () => {
        const { items } = (await (await get('/api/telephony/calls/1/recordings')).json()) as {
          items: { state: string }[];
        };
        expect(items).toMatchObject([{ state: 'stored', why: null }]);
      });
      const { recordingUrl } = (await (await get('/api/telephony/calls/1')).json()) as {
        recordingUrl: string;
      };
      const played = await fetch(url + recordingUrl, { headers: { range: 'bytes=0-3' } });
      expect([played.status, played.headers.get('content-type'), await played.text()]).toEqual([
        206,
        'audio/wav',
        'RIFF',
      ]);
      const files = await readdir(join(dataFolder, 'recordings'), { recursive: true });
      expect(files.filter((name) => name.endsWith('.wav'))).toHaveLength(1);
    } finally {
      await simulator.close();
    }
  });

  it('ends cleanly on Ctrl-C, and starts again with what it had, also after kill -9', async () => {
    await prepareDataFolder(dataFolder);
    const accepted = { status: 'ok', result: 'accepted' };
    const duplicate = { status: 'ok', result: 'duplicate' };
    const later = { ...MISSED, timestamp: '2026-01-03T11:06:00Z' };
    const send = async (url: string, event: object): Promise<unknown> =>
      (await post(url, '/api/webhook/bracknet/call-missed', event)).json();

    const first = start();
    expect(await send((await ready(first)).url, MISSED)).toEqual(accepted);
    first.interrupt();
    expect(await first.exit).toBe(0);
    expect(await first.errors).toBe('');

    const second = start();
    const { url } = await ready(second);
    expect(await send(url, MISSED)).toEqual(duplicate);
    expect(await send(url, later)).toEqual(accepted);
    await second.kill();

    const third = await ready(start());
    expect(await send(third.url, later)).toEqual(duplicate);
  });

  it('does not start in production without a PBX or a secret, and reports in a line each what to do', async () => {
    const program = start({
      NODE_ENV: 'production',
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      JWT_SECRET: 'a secret that has been made at random',
      BRACKNET_API_BASE_URL: 'https://pbx.example.com',
    });
    expect(await program.exit).toBe(1);
    expect((await program.errors).trim().split('\n').map(parsed)).toEqual([
      expect.objectContaining({
        level: 60,
        msg: expect.stringMatching(
          /BRACKNET_API_KEY must be set.*BRACKNET_MODE=mock[^]*BRACKNET_WEBHOOK_SECRET.*ALLOW_UNSIGNED_WEBHOOKS=true/u,
        ),
      }),
    ]);
    expect(program.lines).toEqual([]);
  });

  it('writes nothing but JSON lines in production, from its start to its end, and no secret', async () => {
    const database = await createTestDatabase();
    const secrets = ['the newest secret of the PBX', 'the former secret of the PBX'];
    try {
      const program = start({
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        DATABASE_URL: database.url,
        DATABASE_POOL_SIZE: String(database.settings.poolSize),
        JWT_SECRET: 'another secret that was made at random',
        BRACKNET_API_BASE_URL: 'https://pbx.example.com',
        BRACKNET_API_KEY: 'key',
        BRACKNET_WEBHOOK_SECRET: secrets.join(','),
        LOG_LEVEL: 'info',
      });
      const { address, webhooks, mode } = parsed(await program.prints(/is ready/u));
      expect(webhooks).toMatch(
        /^accepted from anyone with standard signatures, keys [0-9a-f]{8}, [0-9a-f]{8}$/u,
      );
      expect(mode).toBe('live: calls are placed through pbx.example.com');
      const unsigned = await post(String(address), '/api/webhook/bracknet/call-missed', MISSED);
      expect(unsigned.status).toBe(401);
      const line = parsed(await program.prints(/header_missing/u));
      expect(line.requestId).toBe(unsigned.headers.get('x-request-id'));
      for (const path of ['/health/live', '/health/ready', '/api/nowhere'])
        await fetch(new URL(path, String(address)));
      await program.prints(/"status":404/u);
      program.interrupt();
      expect(await program.exit).toBe(0);
      const lines = program.lines.map(parsed);
      expect(lines.map(({ route }) => route)).not.toContain('/health/live');
      expect(lines.slice(-2).map(({ msg }) => msg)).toEqual(['stopping', 'stopped']);
      expect(lines.at(-1)).toMatchObject({ exitCode: 0 });
      const printed = program.lines.join('\n') + (await program.errors);
      for (const secret of secrets) expect(printed).not.toContain(secret);
    } finally {
      await Promise.all(running.map((program) => program.kill()));
      await database.drop();
    }
  });

  it('names every wrong variable at once, and no value', async () => {
    const program = start({ PORT: 'http', LOG_LEVEL: 'shout', BUSINESS_TIME_ZONE: 'Asia/Nowhere' });
    expect(await program.exit).toBe(1);
    const errors = await program.errors;
    for (const name of ['PORT', 'LOG_LEVEL', 'BUSINESS_TIME_ZONE']) expect(errors).toContain(name);
    expect(errors).not.toMatch(/shout|Nowhere/u);
  });
});

function parsed(line: string): Record<string, unknown> {
  return JSON.parse(line) as Record<string, unknown>;
}
