import { wordOfCall } from '../../i18n/call-values.js';
import { formatFullDay, formatFullMoment, formatNumber, weekdayName } from '../../i18n/format.js';
import { wordsIn } from '../../i18n/language.js';
import { isDay } from '../../parts/fields/days.js';
import type { FilterName } from './filters/filters.js';
import { logBn } from './words.bn.js';
import { logEn } from './words.en.js';

export const logWords = wordsIn({ en: logEn, bn: logBn });

export function titleOf(filter: FilterName): string {
  const t = logWords();
  if (filter === 'rangeDays') return t.period;
  if (filter === 'customerPhone') return t.number;
  return filter in t.texts ? t.texts[filter as keyof typeof t.texts] : t[filter as 'from'];
}

/** @param rangeDays of the address: anything */
export function wordsOfDays(rangeDays: string): string {
  return /^\d{1,5}$/u.test(rangeDays) ? logWords().days(formatNumber(Number(rangeDays))) : rangeDays;
}

function oneValue(filter: FilterName, value: string): string {
  const t = logWords();
  const among = (words: Readonly<Partial<Record<string, string>>>): string => words[value] ?? value;
  switch (filter) {
    case 'status':
    case 'direction':
    case 'disposition':
      return wordOfCall(value);
    case 'figure':
      return among(t.figures);
    case 'hasRecording':
      return among(t.recordings);
    case 'rangeDays':
      return value === '1' ? t.periods['1'] : wordsOfDays(value);
    case 'weekday':
      return /^[1-7]$/u.test(value) ? weekdayName(Number(value)) : value;
    case 'from':
    case 'to':
      if (isDay(value)) return formatFullDay(value);
      return value.includes('T') && !Number.isNaN(Date.parse(value)) ? formatFullMoment(value) : value;
    default:
      return value === '-' ? t.withoutOne : value;
  }
}

/** The filter and its values, to read. */
export function wordsOfFilter(filter: FilterName, value: string): string {
  if (filter === 'missedUnanswered') return logWords().missedUnanswered;
  const values = value.split(',').map((one) => oneValue(filter, one));
  return `${titleOf(filter)}: ${values.join(', ')}`;
}
