import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { SERVICE, ServerProcess } from '../support/server-process.js';

const LIVE = {
  BRACKNET_MODE: 'live',
  BRACKNET_API_BASE_URL: 'https://pbx.example.com',
  BRACKNET_API_KEY: 'key',
};

describe('the service on PostgreSQL', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  /** The addresses of the scripts that a program of one import loads. */
  async function loadedBy(module: string): Promise<string[]> {
    const program = `await import('${module}'); process.send('ready')`;
    const child = spawn(
      process.execPath,
      ['--import', './test/support/loaded-scripts.js', '--input-type=module', '--eval', program],
      { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
    );
    try {
      await once(child, 'message');
      child.send('scripts');
      const [scripts] = (await once(child, 'message')) as [string[]];
      return scripts;
    } finally {
      child.kill();
    }
  }

  /** The packages that it has loaded when it is ready, and the address of each script of them. */
  async function loaded(
    settings: NodeJS.ProcessEnv = {},
  ): Promise<{ packages: Set<string>; scripts: string[] }> {
    const service = await ServerProcess.start('service', {
      program: ['--import', './test/support/loaded-scripts.js', ...SERVICE],
      answers: true,
      env: {
        DATABASE_URL: database.url,
        JWT_SECRET: 'a secret of the CRM that is long enough',
        BRACKNET_WEBHOOK_SECRET: 'a secret of the PBX that is long enough',
        ...settings,
      },
    });
    try {
      const scripts = await service.ask<string[]>();
      const names = scripts.map(
        (address) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(address)?.[1] ?? '',
      );
      return { packages: new Set(names), scripts };
    } finally {
      await service.stop();
    }
  }

  it('has not loaded what only other configurations use: PGlite, the clients of S3, of Redis and of the PBX', async () => {
    const { packages } = await loaded();
    expect(packages).toContain('pg');
    for (const name of ['@electric-sql/pglite', '@electric-sql/pglite-socket', 's3mini', 'redis', 'axios']) {
      expect(packages).not.toContain(name);
    }
  });

  it('has not loaded Node’s client undici, which pg would load on Node 20, and which node:http itself loads on Node 24', async () => {
    const loadsUndici = (scripts: string[]): boolean =>
      scripts.some((address) => address.includes('undici/undici'));
    const { scripts } = await loaded();
    expect(scripts).toContain('node:net');
    expect(loadsUndici(scripts)).toBe(loadsUndici(await loadedBy('node:http')));
  });

  it('has loaded the tables of telephone numbers once, although two import them', async () => {
    const { scripts } = await loaded();
    const copies = scripts.filter((address) => address.endsWith('/parsePhoneNumber.js'));
    expect(copies).toHaveLength(1);
  });

  it('has loaded the client of the PBX where there is one', async () => {
    expect((await loaded(LIVE)).packages).toContain('axios');
  });
});
