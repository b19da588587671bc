import { formatFullDay, formatNumber } from '../../../i18n/format.js';
import { SelectField, TextField } from '../../../parts/fields/fields.js';
import { type Asked, type Days, EDGES, type Period, PERIODS } from './period.js';
import { reportWords } from '../words.js';

interface PeriodFormProps {
  readonly asked: Asked;
  /** What the period comes to today: what was asked for may have no first day, or end before it. */
  readonly days: Days;
  readonly onChange: (change: Partial<Asked>) => void;
}

export function PeriodForm({ asked, days, onChange }: PeriodFormProps) {
  const t = reportWords();
  // Numbers would be put into another order than that of the object.
  const edges = Object.fromEntries(EDGES.map((edge) => [` ${edge}`, formatNumber(Number(edge))]));
  const choose = (period: Period): void =>
    onChange({ period, ...(period === 'days' ? days : { from: '', to: '' }) });
  return (
    <form class="card report-form" onSubmit={(event) => event.preventDefault()}>
      <p class="report-days">{t.of(formatFullDay(days.from), formatFullDay(days.to))}</p>
      <div class="report-periods row" role="group" aria-label={t.period}>
        {PERIODS.map((period) => (
          <button
            key={period}
            type="button"
            class="button"
            aria-pressed={period === asked.period}
            onClick={() => choose(period)}
          >
            {t.periods[period]}
          </button>
        ))}
      </div>
      {asked.period === 'days' && (
        <>
          <TextField title={t.from} kind="date" value={asked.from} onChange={(from) => onChange({ from })} />
          <TextField title={t.to} kind="date" value={asked.to} onChange={(to) => onChange({ to })} />
        </>
      )}
      <SelectField
        title={t.inTime}
        options={edges}
        value={` ${asked.serviceLevelSeconds}`}
        onChange={(seconds) => onChange({ serviceLevelSeconds: seconds.trim() })}
      />
      <SelectField
        title={t.short}
        options={edges}
        value={` ${asked.shortAbandonSeconds}`}
        onChange={(seconds) => onChange({ shortAbandonSeconds: seconds.trim() })}
      />
    </form>
  );
}
