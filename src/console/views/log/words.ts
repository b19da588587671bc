import { wordOfCall } from '../../i18n/call-values.js';
import { formatFullDay, formatMoment, formatNumber, weekdayName } from '../../i18n/format.js';
import { wordsIn } from '../../i18n/language.js';
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
      return among({
        ...t.periods,
        [value]: value === '1' ? t.periods['1'] : t.days(formatNumber(Number(value))),
      });
    case 'weekday':
      return weekdayName(Number(value));
    case 'from':
    case 'to':
      if (Number.isNaN(Date.parse(value))) return value;
      return /^\d{4}-\d{2}-\d{2}$/u.test(value) ? formatFullDay(value) : formatMoment(value);
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
