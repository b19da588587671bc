import { DomainError } from './errors/domain-error.js';

/** What an extension is, as the operator configured it. */
export interface ExtensionRule {
  /** Anchored at both ends. */
  readonly pattern: RegExp;
  /** The pattern as it was configured. */
  readonly source: string;
  /** Short codes that are extensions here. */
  readonly allowed: readonly string[];
}

/**
 * Every extension is one of these texts, whatever the configured pattern. So short that a configured pattern, of which
 * the length is limited too, cannot run for long.
 */
export const EXTENSION_TEXT = /^[\w*#.-]{1,12}$/u;

/** The configured pattern while the operator sets no other. */
export const DEFAULT_EXTENSION_PATTERN = String.raw`\d{2,6}`;

/** 999 is Bangladesh's national emergency service; mobile networks route 112 and 911 to it. */
const EMERGENCY_CODES = new Set(['999', '112', '911']);

/** Helplines of Bangladesh: five digits that begin with 16. */
const HELPLINE = /^16\d{3}$/u;

export function extensionRule(source: string, allowed: readonly string[]): ExtensionRule {
  return { pattern: new RegExp(`^(?:${source})$`, 'u'), source, allowed };
}

/** Why a text is no extension; null: it is one. */
export function extensionProblem(
  text: string,
  { pattern, allowed }: ExtensionRule,
): 'form' | 'emergency' | 'short_code' | null {
  if (!EXTENSION_TEXT.test(text)) return 'form';
  if (allowed.includes(text)) return null;
  // Signs and prefixes are removed first: a PBX may ignore them, so 0999 may reach the same service as 999.
  const digits = text.replaceAll(/\D/gu, '').replace(/^0*(?:880)?0*/u, '');
  if (EMERGENCY_CODES.has(digits)) return 'emergency';
  if (HELPLINE.test(digits)) return 'short_code';
  return pattern.test(text) ? null : 'form';
}

/** Completes "<field> must be …". */
export function extensionForm({ source }: ExtensionRule): string {
  return source === DEFAULT_EXTENSION_PATTERN
    ? 'an extension of 2 to 6 digits'
    : `an extension that matches ${source}`;
}

/**
 * Refuses what a PBX would dial as a number instead of ringing an extension.
 * @param field name of the field in the request
 * @throws DomainError VALIDATION_FAILED, NUMBER_EMERGENCY, NUMBER_SHORT_CODE
 */
export function assertExtension(text: string, field: string, rule: ExtensionRule): void {
  const problem = extensionProblem(text, rule);
  if (problem === null) return;
  if (problem === 'form') {
    const sentence = `${field} must be ${extensionForm(rule)}`;
    throw new DomainError('VALIDATION_FAILED', sentence, [{ field, problem: sentence, rule: 'extension' }]);
  }
  const [code, kind] =
    problem === 'emergency'
      ? (['NUMBER_EMERGENCY', 'an emergency number'] as const)
      : (['NUMBER_SHORT_CODE', 'a short code'] as const);
  throw new DomainError(
    code,
    `${field} ${text} is ${kind}, not an extension. If it is an extension of your PBX, the operator lists it in TELEPHONY_EXTENSION_ALLOW`,
  );
}
