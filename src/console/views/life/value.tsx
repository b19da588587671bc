import { formatMoment, formatNumber } from '../../i18n/format.js';
import { supervisorWords } from '../../i18n/supervisor.js';
import type { ColumnValue } from './types.js';
import { lifeWords, wordOfColumn, wordOfValue } from './words.js';

/** The value of a column as people say it. */
export function Value({ column, value }: { readonly column: string; readonly value: ColumnValue }) {
  if (value === null) return <span class="life-none">–</span>;
  if (column === 'inferred' && typeof value === 'object')
    return <>{value.map((one) => wordOfColumn(String(one))).join(', ')}</>;
  if (typeof value === 'object') return <>{value.join(', ')}</>;
  if (column.endsWith('_at')) return <>{formatMoment(value)}</>;
  if (column.endsWith('_seconds')) return <>{lifeWords().seconds(formatNumber(Number(value)))}</>;
  if (column === 'recording_url') return <>{lifeWords().address}</>;
  if (column.endsWith('user_id')) return <>{supervisorWords().user(Number(value))}</>;
  return <>{wordOfValue(column, String(value))}</>;
}
