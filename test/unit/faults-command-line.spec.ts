import { readCommandLine } from '../faults/command-line.js';
import { GROUPS } from '../faults/groups/index.js';
import { reportText } from '../faults/report.js';

describe('the command line of the faults', () => {
  it('tries everything in full, unless told otherwise', () => {
    expect(readCommandLine([])).toEqual({ only: null, kills: 20, burstSeconds: 30, outageSeconds: 60 });
  });

  it('tries a part, and shorter', () => {
    const options = readCommandLine(['--quick', '--only', 'kills']);
    expect(options).toEqual({ only: 'kills', kills: 3, burstSeconds: 5, outageSeconds: 5 });
  });

  it('accepts --help alone', () => {
    expect(readCommandLine(['--quick', '--help'])).toBeNull();
  });

  it('rejects an unknown flag, and names it', () => {
    expect(() => readCommandLine(['--fast'])).toThrow('--fast');
  });
});

describe('the faults', () => {
  it('can be told apart by their names', () => {
    const names = GROUPS.flatMap(({ name, faults }) => faults.map((fault) => `${name}: ${fault.name}`));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the report of the faults', () => {
  const HELD = { group: 'body', fault: 'gzip', tried: '415', broken: null, remark: 'nothing kept' };

  it('counts what held and what did not, in its last line', () => {
    const broken = { ...HELD, fault: 'utf-16', broken: 'answered 500' };
    const lines = reportText([HELD, broken]).split('\n');
    expect(lines.at(-1)).toBe('1 passed, 1 failed');
  });

  it('says of each how it was, and why it was not', () => {
    const text = reportText([HELD, { ...HELD, fault: 'utf-16', broken: 'answered 500' }]);
    expect(text).toMatch(/^ {2}gzip +415 +yes: nothing kept$/mu);
    expect(text).toMatch(/^ {2}utf-16 +415 +NO$/mu);
    expect(text).toMatch(/^NOT HELD {2}body: utf-16\n +answered 500$/mu);
  });
});
