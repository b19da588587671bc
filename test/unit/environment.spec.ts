import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { ConfigurationError } from '../../src/config/configuration-error.js';
import { Environment, ENVIRONMENT_VARIABLES } from '../../src/config/environment.js';
import { extensionRule } from '../../src/common/extension.js';
import { loadConfiguration } from '../../src/config/configuration.js';
import { PRODUCTION, problemsOf, SECRET } from '../support/environments.js';

const A = 'a'.repeat(24);
const B = 'ট'.repeat(8);
const C = 'c'.repeat(40);
const NEW = 'the secret after that one';
const WEBHOOKS_BY_DEFAULT = {
  mode: 'off',
  profile: 'standard',
  bracknetHeaders: {
    id: 'X-Bracknet-Nonce',
    timestamp: 'X-Bracknet-Timestamp',
    signature: 'X-Bracknet-Signature',
  },
  bracknetEncoding: 'hex',
  secrets: [],
  pastSeconds: 300,
  futureSeconds: 60,
  allowedIps: [],
  failuresPerMinute: 60,
  eventsPerSecond: 2000,
  queue: { items: 2000, bytes: 4_194_304 },
  quarantine: { rows: 10_000, bytes: 67_108_864 },
  silence: { minutes: 60, calls: 3, callMinutes: 10 },
  retentionDays: 90,
};

const SWEEPER_BY_DEFAULT = {
  intervalSeconds: 10,
  limits: { unplaced: 60, silent: 120, ringing: 120, unattended: 1800, hangup: 30, answered: 14_400 },
};

describe('.env.example', () => {
  let text: string;

  beforeAll(async () => {
    text = await readFile('.env.example', 'utf8');
  });

  it('lists every variable with its explanation and default, in the order of the schema', () => {
    const listed = [...text.matchAll(/^# (.+)\n([A-Z\d_]+)=(.*)$/gm)].map(([, about, name, value]) => ({
      name,
      about,
      default: value,
    }));

    expect(listed).toEqual(
      ENVIRONMENT_VARIABLES.map(({ name, about, default: value }) => ({ name, about, default: value })),
    );
    expect(Object.keys(parseEnv(text))).toHaveLength(ENVIRONMENT_VARIABLES.length);
  });

  it('changes nothing when it is copied as it stands', () => {
    expect(loadConfiguration({ ...parseEnv(text), JWT_SECRET: SECRET })).toEqual(
      loadConfiguration({ JWT_SECRET: SECRET }),
    );
  });
});

describe('the environment', () => {
  it('describes each of its variables', () => {
    expect(ENVIRONMENT_VARIABLES.map(({ name }) => name)).toEqual(Object.keys(new Environment()));
  });

  it('needs nothing at all for trying out', () => {
    expect(loadConfiguration({ JWT_SECRET: SECRET })).toEqual({
      app: { environment: 'development', logLevel: 'info', dataFolder: '.data', warnings: [] },
      http: {
        port: 3000,
        host: '127.0.0.1',
        connectionsPerAddress: 100,
        browserOrigins: [],
        apiDocs: true,
        trustedProxies: [],
      },
      metrics: { port: null, host: '127.0.0.1', token: null },
      changeFeed: { redisUrl: null, postgresUrl: null },
      database: { url: null, poolSize: 10, statementTimeoutMs: 10_000 },
      audit: { retentionDays: 365 },
      auth: {
        jwtSecret: SECRET,
        jwksUrl: null,
        issuer: null,
        audience: null,
        supervisorRoles: ['super-admin', 'admin'],
        staffRoles: ['agent', 'supervisor', 'admin', 'super-admin'],
        seeAllRoles: [],
        extensions: extensionRule(String.raw`\d{2,6}`, []),
      },
      telephony: {
        provider: 'bracknet',
        dialCountries: ['BD'],
        extensions: extensionRule(String.raw`\d{2,6}`, []),
        callerIds: ['TrustCart'],
        startLimits: { openPerAgent: 3, perMinutePerAgent: 20, perHourPerAgent: 300, perMinute: 600 },
        unattended: ['voicemail', 'ivr', '*97', '*98', '*99'],
        groups: [],
        businessTimeZone: 'Asia/Dhaka',
        businessHours: [],
        taskAssignment: [],
        allowsLocalRecordings: true,
        legacyTimeZone: 'Asia/Dhaka',
      },
      bracknet: {
        mode: 'mock',
        isMockAFault: false,
        baseUrl: null,
        apiKey: null,
        certificates: [],
        timeoutMs: 15_000,
      },
      webhooks: WEBHOOKS_BY_DEFAULT,
      realtime: { maxSockets: 2_000, maxSocketsPerUser: 20 },
      recordings: {
        hosts: ['127.0.0.1', 'localhost'].flatMap((hostname) =>
          [3000, 4000].map((port) => ({ protocol: 'http:', hostname, isWildcard: false, port })),
        ),
        allowedNetworks: [],
        allowsThisMachine: true,
        folder: '.data/recordings',
        retentionDays: null,
        s3: null,
        publicBaseUrl: '',
        ticketKey: expect.any(Uint8Array),
      },
      sweeper: SWEEPER_BY_DEFAULT,
    });
  });

  it('arrives in the configuration, variable by variable', () => {
    expect(
      loadConfiguration({
        ...PRODUCTION,
        PORT: '8080',
        HOST: '::1',
        HTTP_CONNECTIONS_PER_ADDRESS: '40',
        BROWSER_ORIGINS: 'https://crm.example.com, http://10.0.0.7:8080',
        API_DOCS: 'true',
        LOG_LEVEL: 'warn',
        DATA_FOLDER: '/var/lib/telephony',
        DATABASE_POOL_SIZE: '25',
        DATABASE_STATEMENT_TIMEOUT_MS: '5000',
        REDIS_URL: 'rediss://crm:pw@redis:6380',
        JWT_JWKS_URL: 'https://id.example.com/keys',
        JWT_ISSUER: 'crm',
        JWT_AUDIENCE: 'telephony',
        AUTH_SUPERVISOR_ROLES: 'admin, team-lead',
        AUTH_STAFF_ROLES: 'agent, admin',
        AUTH_SEE_ALL_ROLES: 'auditor, lead',
        TELEPHONY_PROVIDER: 'bracknet',
        TELEPHONY_DIAL_COUNTRIES: 'bd,IN',
        TELEPHONY_EXTENSION_PATTERN: '[2-4]\\d{2}',
        TELEPHONY_EXTENSION_ALLOW: '16247, 999',
        TELEPHONY_CALLER_IDS: 'Shop, Care',
        TELEPHONY_MAX_OPEN_CALLS_PER_AGENT: '2',
        TELEPHONY_MAX_STARTS_PER_MINUTE_PER_AGENT: '10',
        TELEPHONY_MAX_STARTS_PER_HOUR_PER_AGENT: '100',
        TELEPHONY_MAX_STARTS_PER_MINUTE: '200',
        TELEPHONY_UNATTENDED: 'mailbox, 800',
        TELEPHONY_GROUPS: '600:201|202,610:204',
        BUSINESS_TIME_ZONE: 'Asia/Kolkata',
        BUSINESS_HOURS: 'mon-sat 10:00-18:00, sun 10:00-13:30',
        TASK_ASSIGNMENT: 'free, least-loaded',
        LEGACY_TIME_ZONE: 'UTC',
        BRACKNET_API_BASE_URL: 'https://pbx.example.com/',
        BRACKNET_TIMEOUT_MS: '3000',
        METRICS_PORT: '9464',
        METRICS_HOST: '10.0.0.7',
        METRICS_TOKEN: 'a-token-to-scrape-with',
        BRACKNET_WEBHOOK_SECRET: `whsec_${Buffer.from(NEW).toString('base64')}, the former secret in plain text`,
        BRACKNET_WEBHOOK_SIGNATURE_MODE: 'monitor',
        BRACKNET_WEBHOOK_SIGNATURE_PROFILE: 'bracknet',
        BRACKNET_WEBHOOK_ID_HEADER: 'X-Event-Id',
        BRACKNET_WEBHOOK_TIMESTAMP_HEADER: 'X-Event-Time',
        BRACKNET_WEBHOOK_SIGNATURE_HEADER: 'X-Event-Signature',
        BRACKNET_WEBHOOK_SIGNATURE_ENCODING: 'base64',
        BRACKNET_WEBHOOK_PAST_SECONDS: '600',
        BRACKNET_WEBHOOK_FUTURE_SECONDS: '30',
        BRACKNET_WEBHOOK_ALLOWED_IPS: '203.0.113.0/24, 2001:db8::7',
        BRACKNET_WEBHOOK_FAILURES_PER_MINUTE: '10',
        BRACKNET_WEBHOOK_EVENTS_PER_SECOND: '500',
        TRUSTED_PROXIES: '10.0.0.1,10.1.0.0/16',
        ALLOW_UNSIGNED_WEBHOOKS: 'true',
        WEBHOOK_QUEUE_LIMIT: '50',
        AUDIT_RETENTION_DAYS: '90',
        WEBHOOK_RECEIPT_RETENTION_DAYS: '7',
        WEBHOOK_QUARANTINE_MAX_ROWS: '500',
        WEBHOOK_QUARANTINE_MAX_MIB: '2',
        WEBHOOK_SILENCE_MINUTES: '30',
        WEBHOOK_SILENCE_CALLS: '5',
        WEBHOOK_SILENCE_CALL_MINUTES: '15',
        SWEEP_INTERVAL_SECONDS: '20',
        SWEEP_UNPLACED_SECONDS: '61',
        SWEEP_SILENT_SECONDS: '121',
        SWEEP_RINGING_SECONDS: '122',
        SWEEP_UNATTENDED_SECONDS: '1801',
        SWEEP_HANGUP_SECONDS: '31',
        SWEEP_ANSWERED_SECONDS: '7200',
        RECORDING_HOSTS: 'https://pbx.example.com, http://10.0.0.5:8080,*.example.net',
        RECORDING_ALLOWED_NETWORKS: '10.0.0.0/24',
        RECORDING_FOLDER: '/srv/recordings',
        RECORDING_RETENTION_DAYS: '180',
        RECORDING_S3_ENDPOINT: 'https://s3.example.com/',
        RECORDING_S3_BUCKET: 'recordings',
        RECORDING_S3_REGION: 'ap-southeast-1',
        RECORDING_S3_KEY_ID: 'key',
        RECORDING_S3_SECRET: 'secret',
        PUBLIC_BASE_URL: 'https://crm.example.com/',
        TICKET_SECRET: 'VGhlIHNlY3JldCBvZiB0aWNrZXRzLCBmb3IgdGVzdHMu',
        REALTIME_MAX_SOCKETS: '300',
        REALTIME_MAX_SOCKETS_PER_USER: '5',
      }),
    ).toEqual({
      app: {
        environment: 'production',
        logLevel: 'warn',
        dataFolder: '/var/lib/telephony',
        warnings: [expect.stringMatching(/^signatures are watched, not enforced/)],
      },
      http: {
        port: 8080,
        host: '::1',
        connectionsPerAddress: 40,
        browserOrigins: ['https://crm.example.com', 'http://10.0.0.7:8080'],
        apiDocs: true,
        trustedProxies: ['10.0.0.1', '10.1.0.0/16'],
      },
      metrics: { port: 9464, host: '10.0.0.7', token: 'a-token-to-scrape-with' },
      changeFeed: {
        redisUrl: 'rediss://crm:pw@redis:6380',
        postgresUrl: 'postgres://crm:pw@db:5432/crm',
      },
      database: { url: PRODUCTION.DATABASE_URL, poolSize: 25, statementTimeoutMs: 5000 },
      recordings: {
        hosts: [
          { protocol: 'https:', hostname: 'pbx.example.com', isWildcard: false, port: 443 },
          { protocol: 'http:', hostname: '10.0.0.5', isWildcard: false, port: 8080 },
          { protocol: 'https:', hostname: 'example.net', isWildcard: true, port: 443 },
        ],
        allowedNetworks: [{ address: '10.0.0.0', prefix: 24, family: 'ipv4' }],
        allowsThisMachine: false,
        folder: '/srv/recordings',
        retentionDays: 180,
        s3: {
          endpoint: 'https://s3.example.com',
          bucket: 'recordings',
          region: 'ap-southeast-1',
          keyId: 'key',
          secret: 'secret',
        },
        publicBaseUrl: 'https://crm.example.com',
        ticketKey: expect.any(Uint8Array),
      },
      audit: { retentionDays: 90 },
      auth: {
        jwtSecret: SECRET,
        jwksUrl: 'https://id.example.com/keys',
        issuer: 'crm',
        audience: 'telephony',
        supervisorRoles: ['admin', 'team-lead'],
        staffRoles: ['agent', 'admin', 'team-lead'],
        seeAllRoles: ['auditor', 'lead'],
        extensions: extensionRule('[2-4]\\d{2}', ['16247', '999']),
      },
      telephony: {
        provider: 'bracknet',
        dialCountries: ['BD', 'IN'],
        extensions: extensionRule('[2-4]\\d{2}', ['16247', '999']),
        callerIds: ['Shop', 'Care'],
        startLimits: { openPerAgent: 2, perMinutePerAgent: 10, perHourPerAgent: 100, perMinute: 200 },
        unattended: ['mailbox', '800'],
        groups: ['600:201|202', '610:204'],
        businessTimeZone: 'Asia/Kolkata',
        businessHours: [
          { days: [1, 2, 3, 4, 5, 6], from: 600, to: 1080 },
          { days: [7], from: 600, to: 810 },
        ],
        taskAssignment: ['free', 'least-loaded'],
        allowsLocalRecordings: false,
        legacyTimeZone: 'UTC',
      },
      bracknet: {
        mode: 'live',
        isMockAFault: true,
        baseUrl: 'https://pbx.example.com',
        apiKey: 'key-1',
        certificates: [],
        timeoutMs: 3000,
      },
      webhooks: {
        mode: 'monitor',
        profile: 'bracknet',
        bracknetHeaders: { id: 'X-Event-Id', timestamp: 'X-Event-Time', signature: 'X-Event-Signature' },
        bracknetEncoding: 'base64',
        secrets: [Buffer.from(NEW), Buffer.from('the former secret in plain text')],
        pastSeconds: 600,
        futureSeconds: 30,
        allowedIps: ['203.0.113.0/24', '2001:db8::7'],
        failuresPerMinute: 10,
        eventsPerSecond: 500,
        queue: { items: 50, bytes: 4_194_304 },
        quarantine: { rows: 500, bytes: 2_097_152 },
        silence: { minutes: 30, calls: 5, callMinutes: 15 },
        retentionDays: 7,
      },
      realtime: { maxSockets: 300, maxSocketsPerUser: 5 },
      sweeper: {
        intervalSeconds: 20,
        limits: { unplaced: 61, silent: 121, ringing: 122, unattended: 1801, hangup: 31, answered: 7200 },
      },
    });
  });

  it('treats an empty value as unset', () => {
    const empty = Object.fromEntries(ENVIRONMENT_VARIABLES.map(({ name }) => [name, '']));

    expect(loadConfiguration({ ...empty, JWT_SECRET: SECRET })).toEqual(
      loadConfiguration({ JWT_SECRET: SECRET }),
    );
  });

  it('ignores variables of other programs', () => {
    expect(loadConfiguration({ JWT_SECRET: SECRET, PATH: '/bin', port: 'x', constructor: 'x' })).toEqual(
      loadConfiguration({ JWT_SECRET: SECRET }),
    );
  });

  it.each([
    ['NODE_ENV', ['development', 'production', 'test'], ['staging', 'Production']],
    ['PORT', ['0', '1', '65535'], ['-1', '65536', '80.5', '3000tcp', 'http']],
    ['HOST', ['0.0.0.0', '::', 'localhost', 'telephony-1.internal'], ['http://0.0.0.0', 'my host']],
    ['HTTP_CONNECTIONS_PER_ADDRESS', ['1', '1000'], ['0', '1001', 'all']],
    [
      'BROWSER_ORIGINS',
      ['https://crm.example.com', 'http://10.0.0.7:8080, https://[2001:db8::7]:8443'],
      ['*', 'null', 'https://*.example.com', 'https://a.b/', 'https://a.b/x', 'https://a.b:443'].concat([
        'https://A.b',
        'https://u:p@a.b',
        'crm.example.com',
        'ftp://a.b',
        'https://a.b,',
        'https://a.b?x',
      ]),
    ],
    ['API_DOCS', ['true', 'false'], ['on', '1']],
    ['LOG_LEVEL', ['fatal', 'silent', 'trace'], ['verbose', 'INFO']],
    ['DATABASE_URL', ['postgres://u:p%40@h/d', 'postgresql://my_db/d'], ['mysql://h/d', 'h:5432', 'crm']],
    ['REDIS_URL', ['redis://:p%40@h:6380', 'rediss://u:p@h'], ['valkey://h', 'h:6379', 'crm']],
    ['DATABASE_POOL_SIZE', ['1', '500'], ['0', '501', '1.5', 'many']],
    ['DATABASE_STATEMENT_TIMEOUT_MS', ['1', '600000'], ['0', '600001', '10s']],
    ['JWT_JWKS_URL', ['https://id/keys', 'http://localhost:9000/keys'], ['id/keys', 'file:///etc/keys']],
    ['AUTH_SUPERVISOR_ROLES', ['admin', 'admin,lead'], [',', 'admin,', 'admin,,lead']],
    ['AUTH_STAFF_ROLES', ['agent', 'agent,lead'], [',', 'agent,']],
    ['AUTH_SEE_ALL_ROLES', ['auditor', 'auditor,lead'], [',', 'auditor,']],
    ['TELEPHONY_PROVIDER', ['bracknet'], ['asterisk']],
    ['TELEPHONY_DIAL_COUNTRIES', ['BD', 'bd, in'], ['ZZ', 'BGD', 'BD,', 'BD;IN', '880', 'constructor']],
    [
      'TELEPHONY_EXTENSION_PATTERN',
      [String.raw`[1-9]\d{2}`, '2..|3..', String.raw`(?:20|30)\d(\d)?`, 'agent-.+'],
      ['[', '(', '2)|(3', '(2+)+', '(2|3)*', String.raw`(2)\1`, '(?=2).*', '2'.repeat(41)],
    ],
    ['TELEPHONY_EXTENSION_ALLOW', ['999', '16247,*97'], ['two words', '999,', '9'.repeat(13)]],
    ['TELEPHONY_CALLER_IDS', ['TrustCart', 'TrustCart,Care line'], ['A,A', 'A,', 'A\u200b', 'A'.repeat(65)]],
    ['TELEPHONY_MAX_OPEN_CALLS_PER_AGENT', ['1', '1000000'], ['0', '1000001', 'many']],
    ['TELEPHONY_MAX_STARTS_PER_MINUTE_PER_AGENT', ['1', '1000000'], ['0', '1000001']],
    ['TELEPHONY_MAX_STARTS_PER_HOUR_PER_AGENT', ['1', '1000000'], ['0', '1000001']],
    ['TELEPHONY_MAX_STARTS_PER_MINUTE', ['1', '1000000'], ['0', '1000001']],
    ['TELEPHONY_UNATTENDED', ['800', 'voicemail,*97'], ['voice mail', '800,', '8;9']],
    ['TELEPHONY_GROUPS', ['600:201', '600:201|202,610:204'], ['600', '600:', '600:201;202', '600:201,']],
    ['BUSINESS_TIME_ZONE', ['Asia/Dhaka', 'UTC'], ['Dhaka', '+06:00', 'GMT+6']],
    [
      'BUSINESS_HOURS',
      ['09:00-21:00', 'sat-thu 09:00-21:00', 'Fri 15:00-24:00,sat 22:00-02:00'],
      ['9-21', '09:00', '09:00-09:00', '24:00-25:00', '09:60-10:00', 'fre 09:00-21:00', '09:00-21:00,'],
    ],
    ['TASK_ASSIGNMENT', ['free', 'missed-agent,free,least-loaded'], ['free,free', 'Free', 'newest', 'free,']],
    ['LEGACY_TIME_ZONE', ['Asia/Dhaka', 'Etc/GMT-6'], ['Asia/Nowhere', '-06:00']],
    ['BRACKNET_MODE', ['mock'], ['Live', 'off', 'true']],
    ['BRACKNET_API_BASE_URL', ['https://pbx', 'http://10.0.0.5:8088'], ['pbx.example.com', 'ftp://pbx']],
    ['BRACKNET_API_KEY', ['sk-live-1/+='], ['two words', 'line\nbreak', 'ключ']],
    ['BRACKNET_TIMEOUT_MS', ['1', '120000'], ['0', '120001', '15s']],
    ['METRICS_PORT', ['1', '9464', '65535'], ['0', '65536', '9464.5', 'metrics']],
    ['METRICS_HOST', ['127.0.0.1', '::1', '0.0.0.0'], ['http://0.0.0.0', 'my host']],
    ['METRICS_TOKEN', ['0123456789abcdef'], ['0123456789abcde', 'two words of length', 'токентокентокен1']],
    [
      'BRACKNET_WEBHOOK_SECRET',
      [A, `whsec_${btoa(A)}`, `${A},${B}`, ` ${A} , ${B} , ${C} `],
      [
        'x'.repeat(23),
        `whsec_${btoa('x'.repeat(23))}`,
        `whsec_${A}`,
        `${A},`,
        `${A},short`,
        `${A},${A}`,
        `${A},${B},${C},${'d'.repeat(24)}`,
      ],
    ],
    ['BRACKNET_WEBHOOK_SIGNATURE_MODE', ['off'], ['on', 'ENFORCE', 'none']],
    ['BRACKNET_WEBHOOK_SIGNATURE_PROFILE', ['standard', 'bracknet'], ['stripe']],
    ['BRACKNET_WEBHOOK_ID_HEADER', ['X-Id', 'webhook-id'], ['Authorization', 'X-', 'X Id', 'X-Id:']],
    ['BRACKNET_WEBHOOK_TIMESTAMP_HEADER', ['X-Time'], ['Date', 'X-Ti\nme']],
    ['BRACKNET_WEBHOOK_SIGNATURE_HEADER', ['X-Sig'], ['Signature', 'X-Sïg']],
    ['BRACKNET_WEBHOOK_SIGNATURE_ENCODING', ['hex', 'base64'], ['base64url', 'HEX']],
    ['BRACKNET_WEBHOOK_PAST_SECONDS', ['1', '86400'], ['0', '86401', '5m']],
    ['BRACKNET_WEBHOOK_FUTURE_SECONDS', ['1', '3600'], ['0', '3601', '1m']],
    [
      'BRACKNET_WEBHOOK_ALLOWED_IPS',
      ['203.0.113.7', '10.0.0.0/8, 2001:db8::/32', '::ffff:10.0.0.0/104', '0.0.0.0/0'],
      [
        'pbx.example.com',
        '10.0.0.0/33',
        '10.0.0/8',
        '2001:db8::/129',
        '10.0.0.1/',
        '10.0.0.1,',
        '::ffff:0:0/95x',
      ],
    ],
    ['BRACKNET_WEBHOOK_FAILURES_PER_MINUTE', ['1', '1000000'], ['0', '1000001', 'many']],
    ['BRACKNET_WEBHOOK_EVENTS_PER_SECOND', ['1', '1000000'], ['0', '1000001', '2k']],
    [
      'TRUSTED_PROXIES',
      ['127.0.0.1', '10.0.0.0/8,::1'],
      ['true', '*', '0.0.0.0/0', '128.0.0.0/1', '::/0', '2000::/3', '::ffff:0:0/96', 'loopback', '1'],
    ],
    ['SWEEP_INTERVAL_SECONDS', ['1', '3600'], ['0', '3601', 'often']],
    ['SWEEP_UNPLACED_SECONDS', ['30', '86400'], ['29', '86401', '1m']],
    ['SWEEP_SILENT_SECONDS', ['10', '86400'], ['9', '86401']],
    ['SWEEP_RINGING_SECONDS', ['10', '86400'], ['9', '86401']],
    ['SWEEP_UNATTENDED_SECONDS', ['10', '86400'], ['9', '86401']],
    ['SWEEP_HANGUP_SECONDS', ['5', '86400'], ['4', '86401']],
    ['SWEEP_ANSWERED_SECONDS', ['60', '604800'], ['59', '604801']],
    ['AUDIT_RETENTION_DAYS', ['30', '3650'], ['29', '3651', '1 year']],
    ['WEBHOOK_QUEUE_LIMIT', ['1', '100000'], ['0', '100001', 'all']],
    ['WEBHOOK_RECEIPT_RETENTION_DAYS', ['2', '3650'], ['1', '3651', '3 months']],
    ['WEBHOOK_QUARANTINE_MAX_ROWS', ['1', '100000'], ['0', '100001', 'all']],
    ['WEBHOOK_QUARANTINE_MAX_MIB', ['1', '4096'], ['0', '4097', '64MB']],
    ['WEBHOOK_SILENCE_MINUTES', ['5', '1440'], ['4', '1441', '1h']],
    ['WEBHOOK_SILENCE_CALLS', ['1', '1000'], ['0', '1001']],
    ['WEBHOOK_SILENCE_CALL_MINUTES', ['1', '1440'], ['0', '1441']],
    ['ALLOW_UNSIGNED_WEBHOOKS', ['true', 'false'], ['yes', '1', 'TRUE']],
  ])('distinguishes a valid %s from an invalid one', (name, good, bad) => {
    const productionOrNot = name === 'NODE_ENV' ? PRODUCTION : { NODE_ENV: 'test' };
    for (const value of good) {
      expect({ value, problems: problemsOf({ ...productionOrNot, [name]: value }) }).toEqual({
        value,
        problems: [],
      });
    }
    const expects = ENVIRONMENT_VARIABLES.find((variable) => variable.name === name)?.expects;
    for (const value of bad) {
      expect({ value, problems: problemsOf({ NODE_ENV: 'test', [name]: value }) }).toEqual({
        value,
        problems: [`${name} must be ${expects}`],
      });
    }
  });

  it('serves metrics on another port than the API', () => {
    expect(problemsOf({ PORT: '8080', METRICS_PORT: '8080' })).toEqual([
      'METRICS_PORT must be another port than PORT',
    ]);
  });

  it('warns of metrics that other machines may read without a token', () => {
    const settings = { JWT_SECRET: SECRET, METRICS_PORT: '9464' };
    const warningsWith = (env: NodeJS.ProcessEnv) => loadConfiguration({ ...settings, ...env }).app.warnings;
    expect(warningsWith({ METRICS_HOST: '0.0.0.0' })).toEqual([
      expect.stringMatching(/^METRICS_HOST is not/),
    ]);
    expect(warningsWith({ METRICS_HOST: '0.0.0.0', METRICS_TOKEN: '0123456789abcdef' })).toEqual([]);
    for (const host of ['', '127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
      expect(warningsWith({ METRICS_HOST: host })).toEqual([]);
    }
  });

  it('closes no call while the PBX may still respond', () => {
    const limitWith = (BRACKNET_TIMEOUT_MS: string) =>
      loadConfiguration({ JWT_SECRET: SECRET, BRACKNET_TIMEOUT_MS }).sweeper.limits.unplaced;
    expect([limitWith('15000'), limitWith('119500')]).toEqual([60, 130]);
  });

  it('enforces signatures from the moment there is a secret', () => {
    const modeWith = (env: NodeJS.ProcessEnv) =>
      loadConfiguration({ JWT_SECRET: SECRET, ...env }).webhooks.mode;
    expect(modeWith({})).toBe('off');
    expect(modeWith({ BRACKNET_WEBHOOK_SECRET: A })).toBe('enforce');
    expect(modeWith({ BRACKNET_WEBHOOK_SECRET: A, BRACKNET_WEBHOOK_SIGNATURE_MODE: 'monitor' })).toBe(
      'monitor',
    );
  });

  it.each(['monitor', 'enforce'])('needs a secret to %s signatures', (mode) => {
    expect(problemsOf({ BRACKNET_WEBHOOK_SIGNATURE_MODE: mode })).toEqual([
      'BRACKNET_WEBHOOK_SECRET must be set unless BRACKNET_WEBHOOK_SIGNATURE_MODE is off',
    ]);
  });

  it('takes three headers of a signature that are three', () => {
    const env = { BRACKNET_WEBHOOK_ID_HEADER: 'X-Same', BRACKNET_WEBHOOK_SIGNATURE_HEADER: 'x-same' };
    expect(problemsOf(env)).toEqual([expect.stringContaining('must be three different headers')]);
  });

  it('names every wrong variable in one error', () => {
    expect(() =>
      loadConfiguration({ PORT: 'x', LOG_LEVEL: 'x', BUSINESS_TIME_ZONE: 'x', JWT_SECRET: SECRET }),
    ).toThrow(
      new ConfigurationError([
        'PORT must be a whole number from 0 to 65535',
        'LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent',
        'BUSINESS_TIME_ZONE must be an IANA time zone such as Asia/Dhaka',
      ]),
    );
  });
});
