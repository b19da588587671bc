import { wordOfCall } from '../../i18n/call-values.js';
import { wordsIn } from '../../i18n/language.js';
import { lifeBn } from './words.bn.js';
import { lifeEn } from './words.en.js';

export const lifeWords = wordsIn({ en: lifeEn, bn: lifeBn });

function wordIn(words: Readonly<Partial<Record<string, string>>>, key: string): string {
  return words[key] ?? key;
}

/** @param column as the database names it */
export function wordOfColumn(column: string): string {
  return wordIn(lifeWords().columns, column);
}

const WORDED = new Set(['status', 'disposition', 'direction', 'end_reason']);

/** Of words of a closed set; what the PBX wrote stays as it is. */
export function wordOfValue(column: string, value: string): string {
  return WORDED.has(column) ? wordOfCall(value) : value;
}

export function wordOfEvent(event: string): string {
  return wordIn(lifeWords().events, event);
}

export function wordOfEffect(effect: string, taskIds: readonly number[]): string {
  const { effects, effectsAlone } = lifeWords();
  const alone: Partial<Record<string, string>> = taskIds.length === 0 ? effectsAlone : {};
  return alone[effect] ?? wordIn(effects, effect);
}

/** @param sentence of the service, which is in English */
export function sentenceOf(rule: string, sentence: string): string {
  return lifeWords().rules[rule] ?? sentence;
}
