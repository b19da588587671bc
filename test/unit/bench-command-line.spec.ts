import { readCommandLine } from '../bench/command-line.js';

describe('the command line of the bench', () => {
  it('measures both workloads on 500,000 calls in five rounds, unless told otherwise', () => {
    expect(readCommandLine([])).toEqual({
      rounds: 5,
      seconds: 5,
      rows: 500_000,
      workloads: ['webhook', 'start'],
    });
  });

  it('lets each flag win over --quick', () => {
    expect(readCommandLine(['--quick', '--rows', '3000', '--only', 'start'])).toEqual({
      rounds: 1,
      seconds: 1,
      rows: 3000,
      workloads: ['start'],
    });
  });

  it('asks for help alone', () => {
    expect(readCommandLine(['--rounds', '2', '--help'])).toBeNull();
  });

  it.each([
    [['--rounds', '0'], '--rounds must be a whole number, 1 or more'],
    [['--seconds', '1.5'], '--seconds must be a whole number, 1 or more'],
    [['--rows', 'many'], '--rows must be a whole number, 1000 or more'],
    [['--only', 'hangup'], '--only must be webhook or start'],
    [['--fast'], '--fast'],
  ])('refuses %j and names the flag', (args, message) => {
    expect(() => readCommandLine(args)).toThrow(message);
  });
});
