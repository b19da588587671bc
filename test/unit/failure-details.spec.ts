import { detailsOfFailure } from '../../src/modules/telephony/webhooks/inbox/failure-details.js';

const problemOf = (error: unknown): string => detailsOfFailure(error)[0]?.problem ?? '';

describe('why an event could not be applied', () => {
  it('is the error’s message without numbers, limited to 500 characters', () => {
    expect(problemOf(new Error('no room for +8801712345678'))).not.toContain('1712345678');
    expect(problemOf(new Error('x'.repeat(2_000)))).toBe('x'.repeat(500));
    expect(problemOf('thrown as text')).toBe('thrown as text');
  });

  it('can be stored when it is cut in the middle of a character', () => {
    const problem = problemOf(new Error(`${'x'.repeat(499)}\u{1F600}`));
    expect(problem.isWellFormed()).toBe(true);
    expect(problem).toHaveLength(500);
  });
});
