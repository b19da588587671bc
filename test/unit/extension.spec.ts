import { DomainError } from '../../src/common/errors/domain-error.js';
import {
  assertExtension,
  DEFAULT_EXTENSION_PATTERN,
  extensionProblem,
  extensionRule,
} from '../../src/common/extension.js';

const BY_DEFAULT = extensionRule(DEFAULT_EXTENSION_PATTERN, []);

describe('an extension', () => {
  it.each([
    '10',
    '100',
    '101',
    '109',
    '111',
    '113',
    '199',
    '333',
    '2101',
    '9999',
    '15999',
    '17000',
    '162470',
  ])('may be %s', (text) => expect(extensionProblem(text, BY_DEFAULT)).toBeNull());

  it.each(['999', '112', '911', '0999', '00112', '880911'])('is not %s, an emergency number', (text) =>
    expect(extensionProblem(text, BY_DEFAULT)).toBe('emergency'),
  );

  it.each(['16000', '16247', '16999', '016247'])('is not %s, a short code', (text) => {
    expect(extensionProblem(text, BY_DEFAULT)).toBe('short_code');
  });

  it.each(['', '1', '1234567', '2O1', ' 201', '201\n', '२०१', '২০১', '201\r\nX: y'])(
    'is not %j, which has another form',
    (text) => expect(extensionProblem(text, BY_DEFAULT)).toBe('form'),
  );

  it('may be a short code that the operator lists, in exactly that writing', () => {
    const rule = extensionRule(DEFAULT_EXTENSION_PATTERN, ['999', '16247', '7']);
    for (const listed of rule.allowed) expect(extensionProblem(listed, rule)).toBeNull();
    expect(extensionProblem('0999', rule)).toBe('emergency');
    expect(extensionProblem('16248', rule)).toBe('short_code');
  });

  it('has the operator’s form, which cannot make an emergency number one', () => {
    const rule = extensionRule('[*#0-9]+|agent-.+', []);
    expect(extensionProblem('*201#', rule)).toBeNull();
    expect(extensionProblem('agent-rima', rule)).toBeNull();
    expect(extensionProblem('an agent-x', rule)).toBe('form');
    for (const dialled of ['999#', '*999', '9#9#9', '#0999']) {
      expect(extensionProblem(dialled, rule)).toBe('emergency');
    }
  });

  it('never has a control character or more than 12 characters, whatever the operator’s form', () => {
    const rule = extensionRule('[^]*', []);
    for (const text of ['201\r\n', '201\0', '2 01', '2'.repeat(13)]) {
      expect(extensionProblem(text, rule)).toBe('form');
    }
    expect(extensionProblem('2'.repeat(12), rule)).toBeNull();
  });

  it('is compared within a second by the slowest form that is allowed', () => {
    const rule = extensionRule(`${String.raw`\d*`.repeat(13)}x`, []);
    const began = performance.now();
    expect(extensionProblem('2'.repeat(12), rule)).toBe('form');
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it.each([
    ['12345678', 'VALIDATION_FAILED', 'transfer_extension must be an extension of 2 to 6 digits'],
    ['999', 'NUMBER_EMERGENCY', 'transfer_extension 999 is an emergency number'],
    ['16247', 'NUMBER_SHORT_CODE', 'TELEPHONY_EXTENSION_ALLOW'],
  ])('is refused as %s with %s and what to do', (text, code, words) => {
    expect(() => assertExtension(text, 'transfer_extension', BY_DEFAULT)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(words) }) as DomainError,
    );
  });
});
