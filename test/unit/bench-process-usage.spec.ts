import { cpuSecondsIn, residentMibIn } from '../bench/process-usage.js';

describe('what a process uses', () => {
  it('is read in CPU time from its stat, whatever its name', () => {
    const stat = '4711 (no) de (1) R 1 4711 4711 0 -1 4194304 9001 0 0 0 250 150 0 0 20 0 11 0 12345';
    expect(cpuSecondsIn(stat)).toBe(4);
  });

  it('is read in resident memory from its status', () => {
    expect(residentMibIn('Name:\tnode\nVmHWM:\t  999999 kB\nVmRSS:\t  204800 kB\nThreads:\t11\n')).toBe(200);
  });

  it('is not a number where the system does not provide it', () => {
    expect([cpuSecondsIn(''), residentMibIn('')]).toEqual([NaN, NaN]);
  });
});
