import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { markDriverError } from '../../src/database/database-error.js';
import { DatabaseOutage } from '../../src/database/database-outage.js';
import { PeriodicJob } from '../../src/common/periodic-job.js';

/** Work that counts its runs, each of which ends when the test completes it. */
function work() {
  const ends: { done: () => void; fail: (reason: Error) => void }[] = [];
  return {
    ends,
    run: () => new Promise<void>((done, fail) => ends.push({ done, fail })),
  };
}

describe('work that is done again and again', () => {
  let errors: ReturnType<typeof jest.spyOn>;

  beforeEach(() => {
    jest.useFakeTimers();
    errors = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('begins so long after its start, and so long after each run has ended', async () => {
    const { ends, run } = work();
    const job = new PeriodicJob('Sweeper', 10, run, new DatabaseOutage());
    job.start();
    await jest.advanceTimersByTimeAsync(9_999);
    expect(ends).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(ends).toHaveLength(1);

    await jest.advanceTimersByTimeAsync(60_000);
    expect(ends).toHaveLength(1);
    ends[0]?.done();
    await jest.advanceTimersByTimeAsync(9_999);
    expect(ends).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(ends).toHaveLength(2);
    ends[1]?.done();
    await job.stop();
  });

  it('is retried after a failure, which is logged', async () => {
    const { ends, run } = work();
    const job = new PeriodicJob('Sweeper', 10, run, new DatabaseOutage());
    job.start();
    await jest.advanceTimersByTimeAsync(10_000);
    const failure = new Error('no table');
    ends[0]?.fail(failure);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(ends).toHaveLength(2);
    expect(errors.mock.calls).toEqual([['The run failed; the next one follows as scheduled', failure]]);
    ends[1]?.done();
    await job.stop();
  });

  it('logs one line when the database goes and one when it is back, of all jobs together', async () => {
    const warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const lines = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    const outage = new DatabaseOutage();
    let isUp = true;
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' });
    markDriverError(refused);
    const run = () => (isUp ? Promise.resolve() : Promise.reject(refused));
    const jobs = ['Sweeper', 'Retry'].map((name) => new PeriodicJob(name, 1, run, outage));
    for (const job of jobs) job.start();
    await jest.advanceTimersByTimeAsync(5_000);
    expect([warnings.mock.calls, lines.mock.calls]).toEqual([[], []]);
    isUp = false;
    await jest.advanceTimersByTimeAsync(60_000);
    isUp = true;
    await jest.advanceTimersByTimeAsync(5_000);
    for (const job of jobs) await job.stop();
    expect(errors.mock.calls).toEqual([]);
    expect(warnings.mock.calls).toEqual([
      [expect.stringMatching(/^The database does not answer \(connect ECONNREFUSED 10\.0\.0\.1:5432\)/u)],
    ]);
    expect(lines.mock.calls).toEqual([[expect.stringMatching(/^The database answers again, after \d+ s$/u)]]);
  });

  it('does not run after it was stopped', async () => {
    const { ends, run } = work();
    const job = new PeriodicJob('Sweeper', 10, run, new DatabaseOutage());
    job.start();
    await job.stop();
    await jest.advanceTimersByTimeAsync(60_000);
    expect([ends.length, jest.getTimerCount()]).toEqual([0, 0]);
  });

  it('is waited for when it is stopped in the middle, and is not begun again', async () => {
    const { ends, run } = work();
    const job = new PeriodicJob('Sweeper', 10, run, new DatabaseOutage());
    job.start();
    await jest.advanceTimersByTimeAsync(10_000);
    let stopped = false;
    const stop = (async () => {
      await job.stop();
      stopped = true;
    })();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(stopped).toBe(false);
    ends[0]?.done();
    await stop;
    await jest.advanceTimersByTimeAsync(60_000);
    expect([ends.length, jest.getTimerCount()]).toEqual([1, 0]);
  });

  it('can be stopped without having been started', async () => {
    const job = new PeriodicJob(
      'Sweeper',
      10,
      () => Promise.reject(new Error('never begun')),
      new DatabaseOutage(),
    );
    await job.stop();
    expect(errors.mock.calls).toEqual([]);
  });
});

describe('a process that has nothing else to do', () => {
  it('may end while the work waits for its time', () => {
    const setTimer = jest.spyOn(globalThis, 'setTimeout');
    const job = new PeriodicJob('Sweeper', 10, () => Promise.resolve(), new DatabaseOutage());
    job.start();
    const timer = setTimer.mock.results[0]?.value as NodeJS.Timeout;
    expect(timer.hasRef()).toBe(false);
    setTimer.mockRestore();
    return job.stop();
  });
});
