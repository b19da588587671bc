import { formatDuration, formatNumber, formatPercent } from '../../../i18n/format.js';
import type { Figures } from '../types.js';
import { reportWords } from '../words.js';

/** A column of a table of figures. */
export interface Column {
  readonly name: string;
  readonly title: string;
  /** As it is exported; null: nothing to show. */
  readonly value: (of: Figures) => number | null;
  readonly shown: (value: number) => string;
  /** Under which name `links` has its calls. */
  readonly link?: string;
}

/** @param serviceLevelSeconds of the answer */
export function columnsOf(serviceLevelSeconds: number): readonly Column[] {
  const t = reportWords();
  const count = (name: 'offered' | 'answered' | 'lost' | 'dialled' | 'reached', title: string): Column => ({
    name,
    title,
    value: (of) => of[name],
    shown: formatNumber,
    link: name,
  });
  const time = (name: 'asaSeconds' | 'ahtSeconds' | 'firstAttemptSeconds', title: string): Column => ({
    name,
    title,
    value: (of) => of[name],
    shown: formatDuration,
  });
  return [
    count('offered', t.offered),
    count('answered', t.answered),
    count('lost', t.lost),
    {
      name: 'serviceLevel',
      title: t.serviceLevel(formatNumber(serviceLevelSeconds)),
      value: (of) => of.serviceLevel,
      shown: formatPercent,
    },
    time('asaSeconds', t.asa),
    time('ahtSeconds', t.aht),
    { name: 'calledBack', title: t.calledBack, value: (of) => of.calledBack, shown: formatNumber },
    { name: 'recovered', title: t.recovered, value: (of) => of.recovered, shown: formatNumber },
    count('dialled', t.dialled),
    count('reached', t.reached),
  ];
}
