import { readCommandLine } from '../bench/command-line.js';

describe('the command line of the bench', () => {
  it('measures everything on 1,000,000 calls in five rounds, unless told otherwise', () => {
    expect(readCommandLine([])).toEqual({
      rounds: 5,
      seconds: 5,
      burstSeconds: 30,
      rows: 1_000_000,
      calls: 5_000_000,
      parts: [
        'webhook',
        'growth',
        'idle',
        'reject',
        'cost',
        'burst',
        'start',
        'pop',
        'live',
        'log',
        'reports',
        'export',
        'adoption',
      ],
      baselineFolder: null,
      profileFolder: null,
      isTrial: false,
    });
  });

  it('lets each flag win over --quick', () => {
    expect(readCommandLine(['--quick', '--rows', '3000', '--burst-seconds', '4', '--only', 'start'])).toEqual(
      {
        rounds: 1,
        seconds: 1,
        burstSeconds: 4,
        rows: 3000,
        calls: 20_000,
        parts: ['start'],
        baselineFolder: null,
        profileFolder: null,
        isTrial: true,
      },
    );
  });

  it('judges nothing while it profiles', () => {
    expect(readCommandLine(['--profile', '/tmp/profiles'])).toMatchObject({
      profileFolder: '/tmp/profiles',
      isTrial: true,
    });
  });

  it('compares with a checkout of another commit', () => {
    expect(readCommandLine(['--baseline', '/tmp/before'])).toMatchObject({
      baselineFolder: '/tmp/before',
      isTrial: false,
    });
  });

  it('takes several parts', () => {
    expect(readCommandLine(['--only', 'webhook,idle'])).toMatchObject({ parts: ['webhook', 'idle'] });
  });

  it('accepts --help alone', () => {
    expect(readCommandLine(['--rounds', '2', '--help'])).toBeNull();
  });

  it.each([
    [['--rounds', '0'], '--rounds must be a whole number, 1 or more'],
    [['--seconds', '1.5'], '--seconds must be a whole number, 1 or more'],
    [['--rows', 'many'], '--rows must be a whole number, 1000 or more'],
    [['--burst-seconds', '0'], '--burst-seconds must be a whole number, 1 or more'],
    [
      ['--only', 'webhook,hangup'],
      '--only must be of webhook, growth, idle, reject, cost, burst, start, pop, live, log, reports, export, adoption',
    ],
    [['--fast'], '--fast'],
  ])('refuses %j and names the flag', (args, message) => {
    expect(() => readCommandLine(args)).toThrow(message);
  });
});
