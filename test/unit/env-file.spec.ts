import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProcessConfiguration } from '../../src/config/configuration.js';

const SETTINGS = {
  JWT_SECRET: 'a-secret-of-at-least-thirty-two-bytes',
  DATABASE_URL: 'postgres://crm:pw@db:5432/crm',
  BRACKNET_MODE: 'mock',
  BRACKNET_WEBHOOK_SECRET: 'the webhook secret of the PBX',
  LOG_LEVEL: 'error',
};

describe('.env of the working directory', () => {
  const before = { folder: process.cwd(), env: process.env };
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'env-file-'));
    await writeFile(join(folder, '.env'), 'PORT=4001\nLOG_LEVEL=debug\n');
    process.chdir(folder);
  });

  afterEach(async () => {
    process.chdir(before.folder);
    process.env = before.env;
    await rm(folder, { recursive: true });
  });

  it.each([{}, { NODE_ENV: '' }, { NODE_ENV: 'development' }])(
    'is read in development (%j); what is set outside of it wins',
    (mode) => {
      process.env = { ...SETTINGS, ...mode };

      expect(loadProcessConfiguration()).toMatchObject({ http: { port: 4001 }, app: { logLevel: 'error' } });
    },
  );

  it.each(['production', 'test'])('is not read in %s', (mode) => {
    process.env = { ...SETTINGS, NODE_ENV: mode };

    expect(loadProcessConfiguration().http.port).toBe(3000);
  });

  it('may be absent', async () => {
    await rm(join(folder, '.env'));
    process.env = { ...SETTINGS };

    expect(loadProcessConfiguration().http.port).toBe(3000);
  });
});
