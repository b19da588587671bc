import { maskNumber, maskNumbersIn } from '../../common/phone-number.js';
import { dayOf } from '../../common/time/wall-clock.js';
import type { AuditDetails } from '../audit/audit-entry.entity.js';
import type { ExportFormat } from './csv.js';

/** Times of the rows; undefined: not bounded. */
export interface ExportPeriod {
  /** Inclusive. */
  readonly from: Date | undefined;
  /** Exclusive. */
  readonly to: Date | undefined;
}

/** `calls_2026-01-01_2026-01-31.csv`, with the first and the last day; `calls_until_2026-01-31.csv` without a first one. */
export function fileNameOf(
  what: string,
  format: ExportFormat,
  { from, to }: ExportPeriod,
  now: Date,
  timeZone: string,
): string {
  const last = dayOf(to === undefined ? now : new Date(to.getTime() - 1), timeZone);
  const period = from === undefined ? `until_${last}` : `${dayOf(from, timeZone)}_${last}`;
  return `${what}_${period}${format === 'raw' ? '_raw' : ''}.csv`;
}

/** A filter as the audit keeps it: whose calls were exported is known by the last digits of the number alone. */
export function auditedFilter(filter: object): AuditDetails {
  return Object.fromEntries(
    Object.entries(filter)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, masked(name, value)]),
  );
}

function masked(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => masked(name, one));
  if (typeof value !== 'string') return value;
  return name === 'customerPhone' ? maskNumber(value) : maskNumbersIn(value);
}
