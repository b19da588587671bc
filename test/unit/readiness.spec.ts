import { assessReadiness, type ReadinessInputs } from '../../src/modules/health/readiness.js';
import { readinessAnswer } from '../../src/modules/health/readiness.dto.js';
import type { Backlog, OutcomeBacklog } from '../../src/modules/metrics/backlog/backlog.repository.js';

const NONE: OutcomeBacklog = { count: 0, oldestSeconds: null };

function backlogWith(
  receipts: Partial<Backlog['receipts']> = {},
  quarantine = { rows: 0, bytes: 0 },
): Backlog {
  return {
    receipts: { failed: NONE, dead: NONE, quarantined: NONE, ignored: NONE, discarded: NONE, ...receipts },
    quarantine,
    lastWebhookAt: null,
    noWebhookSince: null,
    unheard: { count: 0, firstAt: null },
    openCalls: { initiated: 0, ringing: 0, answered: 0 },
  };
}

const WELL: ReadinessInputs = {
  backlog: backlogWith(),
  quarantineLimits: { rows: 10_000, bytes: 64 * 1024 * 1024 },
  queue: { depth: 0, limit: 2000, isFull: false },
  pbxMode: 'live',
  isMockAFault: true,
  breaker: 'closed',
  verification: { mode: 'enforce', profile: 'standard', keyIds: ['k2', 'k1'] },
  silence: { lastWebhookAt: new Date(0), problem: null },
  clockSkewSeconds: 0.4,
  isChangeFeedUp: true,
};

describe('green', () => {
  it('is a service without problems', () => {
    expect(assessReadiness(WELL)).toEqual({
      status: 'ok',
      code: null,
      checks: {
        database: { status: 'ok' },
        queue: { status: 'ok', depth: 0, limit: 2000 },
        receipts: { status: 'ok', failed: 0, dead: 0, quarantined: 0, oldestFailedSeconds: null },
        pbx: { status: 'ok', mode: 'live', breaker: 'closed' },
        webhooks: {
          status: 'ok',
          signatures: 'enforce',
          profile: 'standard',
          keyIds: ['k2', 'k1'],
          lastAcceptedAt: new Date(0),
        },
        clock: { status: 'ok', skewSeconds: 0.4 },
        changeFeed: { status: 'ok' },
      },
    });
  });

  it('is one without a queue, a PBX and signatures, too', () => {
    const bare = assessReadiness({
      ...WELL,
      queue: null,
      pbxMode: 'mock',
      isMockAFault: false,
      breaker: null,
      verification: null,
      clockSkewSeconds: null,
    });
    expect(bare.status).toBe('ok');
    expect(bare.checks).toMatchObject({
      queue: { depth: null, limit: null },
      pbx: { mode: 'mock', breaker: null },
      webhooks: { signatures: 'off', profile: null, keyIds: [] },
      clock: { status: 'ok', skewSeconds: null },
    });
  });

  it.each([
    ['one place is left in the queue', { queue: { depth: 1999, limit: 2000, isFull: false } }],
    [
      'a failed event waits for its next try',
      { backlog: backlogWith({ failed: { count: 1, oldestSeconds: 300 } }) },
    ],
    [
      'events are in quarantine',
      { backlog: backlogWith({ quarantined: { count: 9, oldestSeconds: 86_400 } }) },
    ],
    [
      'four fifths of the quarantine are used',
      { backlog: backlogWith({}, { rows: 8_000, bytes: 53_687_091 }) },
    ],
    ['an event is stamped two minutes ahead', { clockSkewSeconds: 120 }],
    ['an event is stamped ten minutes behind', { clockSkewSeconds: -600 }],
  ])('stays when %s', (_what, change) => {
    expect(assessReadiness({ ...WELL, ...change }).status).toBe('ok');
  });
});

describe('yellow', () => {
  it.each([
    ['changeFeed', 'the other instances are not told of changes', { isChangeFeedUp: false }, /seconds late/u],
    [
      'receipts',
      'there are dead receipts',
      { backlog: backlogWith({ dead: { count: 2, oldestSeconds: 60 } }) },
      /^2 dead: /u,
    ],
    [
      'receipts',
      'failed ones wait too long',
      { backlog: backlogWith({ failed: { count: 1, oldestSeconds: 301 } }) },
      /waited 301 s/u,
    ],
    [
      'receipts',
      'more than four fifths of the rows of the quarantine are used',
      { backlog: backlogWith({}, { rows: 8_001, bytes: 1_048_576 }) },
      /nearly full \(8001 of 10000 receipts and 1\.0 of 64 MiB\): what is refused beyond it is not kept/u,
    ],
    [
      'receipts',
      'all bytes of the quarantine are used',
      { backlog: backlogWith({}, { rows: 1_100, bytes: 67_108_864 }) },
      /^the quarantine is full \(1100 of 10000 receipts and 64\.0 of 64 MiB\)/u,
    ],
    [
      'webhooks',
      'the PBX is silent',
      { silence: { lastWebhookAt: null, problem: 'no webhook' } },
      /^no webhook$/u,
    ],
    ['pbx', 'the circuit is open', { breaker: 'open' as const }, /not asked for a while/u],
    ['pbx', 'the circuit is half open', { breaker: 'half-open' as const }, /next request tries it/u],
    [
      'pbx',
      'no call of production goes out',
      { pbxMode: 'mock' as const, breaker: null },
      /no call goes out; unset BRACKNET_MODE/u,
    ],
    [
      'clock',
      'the PBX reports the future',
      { clockSkewSeconds: 120.5 },
      /121 s in the future: check the clock/u,
    ],
    ['clock', 'the PBX is far behind', { clockSkewSeconds: -601 }, /601 s late: .*check the clock/u],
  ] as const)('is what %s says when %s', (check, _what, change, problem) => {
    const readiness = assessReadiness({ ...WELL, ...change });
    expect([readiness.status, readiness.code]).toEqual(['degraded', null]);
    expect(readiness.checks[check]).toMatchObject({
      status: 'degraded',
      problem: expect.stringMatching(problem),
    });
  });
});

describe('red', () => {
  it('is a database that does not answer, and what lies in it is not known', () => {
    const readiness = assessReadiness({ ...WELL, backlog: null });
    expect(readiness).toMatchObject({
      status: 'unavailable',
      code: 'DATABASE_UNAVAILABLE',
      checks: {
        database: { status: 'unavailable' },
        receipts: { status: 'ok', failed: null, dead: null, quarantined: null },
      },
    });
  });

  it.each([2000, 2001])('is a queue of 2000 in which %d wait', (depth) => {
    expect(assessReadiness({ ...WELL, queue: { depth, limit: 2000, isFull: true } })).toMatchObject({
      status: 'unavailable',
      code: 'WEBHOOK_QUEUE_FULL',
    });
  });

  it('is answered as an error of the house, every problem in its details, the picture beside it', () => {
    const readiness = assessReadiness({
      ...WELL,
      backlog: null,
      queue: { depth: 5, limit: 5, isFull: true },
      breaker: 'open',
    });
    expect(readinessAnswer(readiness, 'request-1')).toEqual({
      statusCode: 503,
      code: 'DATABASE_UNAVAILABLE',
      message: 'The database does not answer',
      requestId: 'request-1',
      details: [
        { field: 'database', problem: 'does not answer' },
        { field: 'queue', problem: 'is full: 5 events wait, 5 may' },
        { field: 'pbx', problem: expect.any(String) },
      ],
      status: 'unavailable',
      checks: readiness.checks,
    });
  });
});
