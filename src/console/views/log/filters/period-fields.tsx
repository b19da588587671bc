import { useState } from 'preact/hooks';
import { logWords, wordsOfDays } from '../words.js';
import { SelectField, TextField } from '../../../parts/fields/fields.js';
import type { Filters } from './filters.js';

interface PeriodProps {
  readonly filters: Filters;
  readonly onChange: (change: Filters) => void;
}

/** Whole days up to today, or from one day to another. */
export function PeriodFields({ filters, onChange }: PeriodProps) {
  const t = logWords();
  const { rangeDays, from, to } = filters;
  const hasDays = from !== undefined || to !== undefined;
  /** It stays when one of the days is deleted. */
  const [isOwn, setOwn] = useState(hasDays);
  const { own, ...periods } = t.periods;
  // In the order of insertion, which for names that are numbers is another one: so none of them is one.
  const options = {
    any: periods[''],
    d1: periods['1'],
    d7: periods['7'],
    d30: periods['30'],
    ...(rangeDays !== undefined &&
      !Object.hasOwn(periods, rangeDays) && { [`d${rangeDays}`]: wordsOfDays(rangeDays) }),
    own,
  };
  const chosen = hasDays || isOwn ? 'own' : rangeDays === undefined ? 'any' : `d${rangeDays}`;
  const choose = (option: string): void => {
    setOwn(option === 'own');
    if (option !== 'own') onChange({ rangeDays: /^d(.+)$/u.exec(option)?.[1] ?? '', from: '', to: '' });
  };
  return (
    <>
      <SelectField title={t.period} options={options} value={chosen} onChange={choose} />
      {chosen === 'own' &&
        (['from', 'to'] as const).map((name) => (
          <TextField
            key={name}
            title={t[name]}
            kind="date"
            // A time of day, which a link may have, no field of days can show.
            value={/^\d{4}-\d{2}-\d{2}/u.exec(filters[name] ?? '')?.[0]}
            onChange={(day) => onChange({ [name]: day, rangeDays: '' })}
          />
        ))}
    </>
  );
}
