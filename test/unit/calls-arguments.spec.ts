import { readCallsArguments } from '../../src/cli/calls-arguments.js';
import { UsageError } from '../../src/cli/command.js';

describe('the arguments of the command calls', () => {
  it.each([
    [['reproject'], { fromId: 1, includesRecent: false, isDryRun: false }],
    [
      ['reproject', '--dry-run', '--from', '4711', '--recent'],
      { fromId: 4711, includesRecent: true, isDryRun: true },
    ],
    [['erase', '--number', '01712345678'], { number: '01712345678', dryRun: false }],
    [['erase', '--number', '+880 1712-345678', '--dry-run'], { number: '+880 1712-345678', dryRun: true }],
    [['--help'], 'help'],
  ])('%j are read', (args, request) => {
    expect(readCallsArguments(args)).toEqual(request);
  });

  it.each([
    [[], 'The command is: reproject'],
    [['project'], 'The command is: reproject'],
    [['reproject', 'now'], 'The command is: reproject'],
    [['reproject', '--from', 'BN-1'], '--from must be the id of a call'],
    [['reproject', '--from', '0'], '--from must be the id of a call'],
    [['reproject', '--from', '0x7'], '--from must be the id of a call'],
    [['erase'], 'erase needs --number'],
    [['erase', '01712345678'], 'The command is'],
    [['erase', '--number', '01712345678', '--recent'], '--from and --recent belong to reproject'],
    [['reproject', '--number', '01712345678'], '--number belongs to erase'],
    [['reproject', '--dryrun'], "Unknown option '--dryrun'"],
  ])('%j are rejected: %s', (args, message) => {
    expect(() => readCallsArguments(args)).toThrow(UsageError);
    expect(() => readCallsArguments(args)).toThrow(message);
  });
});
