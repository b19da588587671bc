import fc from 'fast-check';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../src/config/configuration.js';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment.js';
import { PRODUCTION, problemsOf, SECRET } from '../support/environments.js';

describe('in production', () => {
  it('a complete environment starts without a warning, on all addresses', () => {
    expect(loadConfiguration(PRODUCTION)).toMatchObject({ http: { host: '0.0.0.0' }, app: { warnings: [] } });
  });

  it('a missing secret stops the start with one line', () => {
    expect(() => loadConfiguration({ ...PRODUCTION, JWT_SECRET: '' })).toThrow(
      /^Configuration: JWT_SECRET \(32 bytes or more\) or JWT_JWKS_URL must be set in production$/,
    );
  });

  it('a key set replaces the secret', () => {
    expect(
      loadConfiguration({ ...PRODUCTION, JWT_SECRET: '', JWT_JWKS_URL: 'https://id/keys' }).auth,
    ).toMatchObject({
      jwtSecret: null,
      jwksUrl: 'https://id/keys',
    });
  });

  it.each([
    ['31 bytes', SECRET.slice(0, 31), 1],
    ['32 bytes', SECRET.slice(0, 32), 0],
    ['11 letters in 33 bytes', 'টেলিফোননমবর', 0],
  ])('a secret of %s is measured in bytes', (_length, secret, refusals) => {
    expect(problemsOf({ ...PRODUCTION, JWT_SECRET: secret })).toHaveLength(refusals);
  });

  it.each([
    ['JWT_SECRET', 's'.repeat(40)],
    ['JWT_SECRET', ' '.repeat(40)],
    ['JWT_SECRET', 'abcabcabcabcabcabcabcabcabcabcabcabc'],
    ['JWT_SECRET', 'abcdefgh'.repeat(5)],
    ['JWT_SECRET', 'password12 password12 password12 pass'],
    ['BRACKNET_WEBHOOK_SECRET', 'whsec_ZXhhbXBsZSBzZWNyZXQsIG5ldmVyIHVzZSBpdA=='],
    ['METRICS_TOKEN', '0000000000000000'],
    ['BRACKNET_WEBHOOK_SECRET', 'x'.repeat(24)],
    ['BRACKNET_WEBHOOK_SECRET', `whsec_${Buffer.alloc(32).toString('base64')}`],
    ['BRACKNET_WEBHOOK_SECRET', `${PRODUCTION.BRACKNET_WEBHOOK_SECRET},${'ab'.repeat(20)}`],
  ])('a %s that can be guessed is rejected: %j', (name, secret) => {
    expect(problemsOf({ ...PRODUCTION, [name]: secret })).toEqual([
      expect.stringMatching(new RegExp(`^${name} must have 8 different bytes or more in production`, 'u')),
    ]);
  });

  it('a key of the PBX that is a placeholder is warned of', () => {
    expect(loadConfiguration({ ...PRODUCTION, BRACKNET_API_KEY: 'xxxxxxxxxxxx' }).app.warnings).toEqual([
      expect.stringMatching(/^BRACKNET_API_KEY looks like a placeholder/),
    ]);
  });

  it('a Redis that has nothing to tell is warned of, and not used', () => {
    const { app, changeFeed } = loadConfiguration({ JWT_SECRET: SECRET, REDIS_URL: 'redis://redis' });
    expect(app.warnings).toEqual([expect.stringMatching(/^REDIS_URL is set but DATABASE_URL is not/u)]);
    expect(changeFeed).toEqual({ redisUrl: null, postgresUrl: null });
  });

  it.each([
    ['neither issuer nor audience', {}, 1],
    ['an issuer alone', { JWT_ISSUER: 'https://id' }, 1],
    ['an audience alone', { JWT_AUDIENCE: 'telephony' }, 1],
    ['both', { JWT_ISSUER: 'https://id', JWT_AUDIENCE: 'telephony' }, 0],
  ])('a key set with %s is warned of unless its tokens are bound to this service', (_what, env, warnings) => {
    const all = { ...PRODUCTION, JWT_JWKS_URL: 'https://id/keys', ...env };
    expect(loadConfiguration(all).app.warnings).toHaveLength(warnings);
  });

  it('the description of the API is served only when it is meant', () => {
    expect(loadConfiguration(PRODUCTION).http.apiDocs).toBe(false);
    expect(loadConfiguration({ ...PRODUCTION, API_DOCS: 'true' }).http.apiDocs).toBe(true);
    expect(loadConfiguration({ JWT_SECRET: SECRET, API_DOCS: 'false' }).http.apiDocs).toBe(false);
  });

  it('a short secret is rejected even with a key set', () => {
    expect(problemsOf({ ...PRODUCTION, JWT_SECRET: 'short', JWT_JWKS_URL: 'https://id/keys' })).toEqual([
      'JWT_SECRET must be 32 bytes or longer in production',
    ]);
  });

  it('the embedded database is rejected', () => {
    expect(problemsOf({ ...PRODUCTION, DATABASE_URL: '' })).toEqual([
      'DATABASE_URL must be set in production: the embedded database is for trying out',
    ]);
  });

  it('traffic in the clear is warned of', () => {
    const {
      app: { warnings },
    } = loadConfiguration({
      ...PRODUCTION,
      BRACKNET_API_BASE_URL: 'http://pbx',
      JWT_JWKS_URL: 'http://id/keys',
    });

    expect(warnings).toEqual([
      expect.stringMatching(/^BRACKNET_API_BASE_URL is not https/),
      expect.stringMatching(/^JWT_JWKS_URL is not https/),
      expect.stringMatching(/^JWT_JWKS_URL is set without JWT_ISSUER and JWT_AUDIENCE/),
    ]);
  });

  it.each([
    ['no secret', { BRACKNET_WEBHOOK_SECRET: '' }],
    ['signatures that are only watched', { BRACKNET_WEBHOOK_SIGNATURE_MODE: 'monitor' }],
    ['signatures that are off', { BRACKNET_WEBHOOK_SIGNATURE_MODE: 'off' }],
  ])('webhooks with %s stop the start, unless a variable says that it is meant', (_what, env) => {
    expect(problemsOf({ ...PRODUCTION, ...env })).toEqual([
      expect.stringMatching(
        /^BRACKNET_WEBHOOK_SECRET must be set in production.*ALLOW_UNSIGNED_WEBHOOKS=true/,
      ),
    ]);
    const meant = { ...PRODUCTION, ...env, ALLOW_UNSIGNED_WEBHOOKS: 'true' };
    expect(loadConfiguration(meant).app.warnings).toEqual([
      expect.stringContaining('anyone who reaches this port'),
    ]);
  });

  it('a variable that allows what does not happen is warned of', () => {
    expect(loadConfiguration({ ...PRODUCTION, ALLOW_UNSIGNED_WEBHOOKS: 'true' }).app.warnings).toEqual([
      expect.stringMatching(/^ALLOW_UNSIGNED_WEBHOOKS is true/),
    ]);
  });

  it.each([
    ['BRACKNET_API_KEY', { BRACKNET_API_KEY: '' }],
    ['BRACKNET_API_BASE_URL', { BRACKNET_API_BASE_URL: '' }],
    ['BRACKNET_API_BASE_URL and BRACKNET_API_KEY', { BRACKNET_API_BASE_URL: '', BRACKNET_API_KEY: '' }],
  ])('without %s it does not start, unless a variable says that mock mode is meant', (missing, env) => {
    expect(problemsOf({ ...PRODUCTION, ...env })).toEqual([
      `${missing} must be set in production; BRACKNET_MODE=mock starts without a PBX, and no call goes out`,
    ]);
    expect(loadConfiguration({ ...PRODUCTION, ...env, BRACKNET_MODE: 'mock' }).bracknet.mode).toBe('mock');
  });

  it('mock mode is warned of', () => {
    const env = { ...PRODUCTION, BRACKNET_API_BASE_URL: '', BRACKNET_API_KEY: '', BRACKNET_MODE: 'mock' };
    expect(loadConfiguration(env).app.warnings).toEqual(['BRACKNET_MODE is mock: no call goes out']);
  });
});

describe('BRACKNET_MODE', () => {
  it.each(['development', 'test', 'production'])('live needs all settings of the PBX (%s)', (stage) => {
    const env = { ...PRODUCTION, NODE_ENV: stage, BRACKNET_MODE: 'live' };
    expect(loadConfiguration(env).bracknet.mode).toBe('live');
    expect(problemsOf({ ...env, BRACKNET_API_KEY: '' })).toEqual([
      'BRACKNET_API_KEY must be set, because BRACKNET_MODE is live',
    ]);
    expect(problemsOf({ ...env, BRACKNET_API_KEY: '', BRACKNET_API_BASE_URL: '' })).toEqual([
      'BRACKNET_API_BASE_URL and BRACKNET_API_KEY must be set, because BRACKNET_MODE is live',
    ]);
  });

  it.each(['development', 'production'])('mock wins over a key that is set, and says so (%s)', (stage) => {
    expect(loadConfiguration({ ...PRODUCTION, NODE_ENV: stage, BRACKNET_MODE: 'mock' })).toMatchObject({
      bracknet: { mode: 'mock' },
      app: { warnings: ['BRACKNET_MODE is mock although BRACKNET_API_KEY is set: no call goes out'] },
    });
  });

  it('mock is no cause for a warning where no agent works', () => {
    expect(loadConfiguration({ JWT_SECRET: SECRET, BRACKNET_MODE: 'mock' }).app.warnings).toEqual([]);
  });
});

describe('out of production', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'environment-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it.each([
    ['development', 'BRACKNET_API_BASE_URL', 'https://pbx', 'BRACKNET_API_KEY'],
    ['test', 'BRACKNET_API_KEY', 'key-1', 'BRACKNET_API_BASE_URL'],
  ])('half of the PBX settings mean mock mode, and say so (%s, %s)', (mode, present, value, absent) => {
    expect(loadConfiguration({ NODE_ENV: mode, JWT_SECRET: SECRET, [present]: value })).toMatchObject({
      bracknet: { mode: 'mock' },
      app: { warnings: [`${present} is set but ${absent} is not: mock mode, no call goes out`] },
    });
  });

  it('a service for others does not start without a stage while anyone can post events', () => {
    expect(problemsOf({ HOST: '0.0.0.0' })).toEqual([
      expect.stringMatching(/^NODE_ENV must be set when HOST is not this machine alone/),
    ]);
    expect(problemsOf({ HOST: '0.0.0.0', NODE_ENV: '' })).toHaveLength(1);
    for (const env of [
      { HOST: '127.0.0.1' },
      { HOST: 'localhost' },
      { HOST: '0.0.0.0', BRACKNET_WEBHOOK_SECRET: PRODUCTION.BRACKNET_WEBHOOK_SECRET },
      { HOST: '0.0.0.0', ALLOW_UNSIGNED_WEBHOOKS: 'true' },
    ]) {
      expect(problemsOf(env)).toEqual([]);
    }
  });

  it('a service for others that is told it is for trying out starts, with a warning', () => {
    const meant = { NODE_ENV: 'development', HOST: '0.0.0.0', JWT_SECRET: SECRET };
    expect(loadConfiguration(meant).app.warnings).toEqual([
      'webhooks need no signature: anyone who reaches this port can post events',
    ]);
  });

  it('a secret that production will refuse is warned of', () => {
    expect(loadConfiguration({ JWT_SECRET: 's'.repeat(32) }).app.warnings).toEqual([
      'JWT_SECRET can be guessed, for it repeats itself: production will refuse it',
    ]);
  });

  it('a short secret is warned of', () => {
    expect(loadConfiguration({ JWT_SECRET: 'short' }).app.warnings).toEqual([
      'JWT_SECRET is shorter than 32 bytes: production will refuse it',
    ]);
  });

  it('a missing secret is generated into the data folder', async () => {
    const { auth } = loadConfiguration({ DATA_FOLDER: folder });

    expect(auth.jwtSecret).toBe(await readFile(join(folder, 'jwt-secret'), 'utf8'));
  });

  it('no secret is generated when the tokens come from an identity provider', () => {
    expect(
      loadConfiguration({ DATA_FOLDER: folder, JWT_JWKS_URL: 'https://id/keys' }).auth.jwtSecret,
    ).toBeNull();
  });
});

describe('a message about a wrong environment', () => {
  it('never shows an invalid value', () => {
    const names = ENVIRONMENT_VARIABLES.map(({ name }) => name).filter((name) => name !== 'DATA_FOLDER');
    const value = fc.string({ minLength: 8 }).map((text) => `hush<${text}>`);

    fc.assert(
      fc.property(fc.constantFrom('production', 'test'), fc.subarray(names), value, (mode, wrong, secret) => {
        const env = { NODE_ENV: mode, ...Object.fromEntries(wrong.map((name) => [name, secret])) };
        expect(problemsOf(env).join()).not.toContain('hush');
      }),
    );
  });
});
