import { computed } from '@preact/signals';
import { go, query } from '../../app/address.js';
import { dayOf, formatFullDay } from '../../i18n/format.js';
import { shell } from '../../i18n/shell.js';
import { supervisorWords } from '../../i18n/supervisor.js';
import { now } from '../../live/clock.js';
import { Button } from '../../parts/button.js';
import { ErrorNote } from '../../parts/error-note.js';
import { useLoaded } from '../../parts/loaded.js';
import { saveFile } from '../../parts/save-file.js';
import { SavedViews } from '../../parts/saved/saved-views.js';
import { Empty, Shown } from '../../parts/states.js';
import { columnsOf } from './figures/columns.js';
import { Course } from './course.js';
import { type CsvTable, csvOf } from './csv.js';
import { FigureTable } from './figures/figure-table.js';
import { type Asked, askedIn, daysOf, queryOf } from './period/period.js';
import { PeriodForm } from './period/period-form.js';
import { readReport, type Report } from './report-reader.js';
import { Tiles } from './tiles.js';
import { reportWords } from './words.js';
import './reports.css';

const MINUTE_MS = 60_000;

// Not `now` itself: with each second the page would be made anew.
const today = computed(() => dayOf(now.value));
const minute = computed(() => Math.floor(now.value / MINUTE_MS));

/** What happened in a period, each number with the calls behind it. */
export function Reports() {
  const asked = askedIn(query.value);
  const address = queryOf(asked);
  const days = daysOf(asked, today.value);
  // A period that has not ended is read again each minute.
  const round = days.to < today.value ? null : minute.value;
  const loaded = useLoaded(`${address} ${days.from} ${days.to}`, () => readReport(asked, days), round);
  const { value, error } = loaded.state.value;
  const change = (by: Partial<Asked>): void => go(`reports?${queryOf({ ...askedIn(query.peek()), ...by })}`);
  return (
    <div class="reports">
      <header class="reports-head">
        <h1>{shell().reports}</h1>
        {value !== null && <Acts report={value} />}
      </header>
      <SavedViews of="reports" address={address} onApply={(saved) => go(`reports?${saved}`)} />
      <PeriodForm asked={asked} days={days} onChange={change} />
      {value !== null && error !== null && <ErrorNote error={error} onRetry={() => void loaded.load()} />}
      <Shown of={loaded} lines={8}>
        {(report) => <Inside report={report} asked={asked} />}
      </Shown>
    </div>
  );
}

function tablesOf({ queues, agents }: Report): readonly (CsvTable & { readonly title: string })[] {
  const t = reportWords();
  return [
    {
      title: t.queues,
      of: t.queue,
      rows: queues.items,
      name: (key) => (key === null ? t.noQueue : String(key)),
    },
    {
      title: t.agents,
      of: t.agent,
      rows: agents.items,
      name: (key) => (key === null ? t.noAgent : supervisorWords().user(Number(key))),
    },
  ];
}

function Acts({ report }: { readonly report: Report }) {
  const t = reportWords();
  const { queues } = report;
  const save = (): void =>
    saveFile(
      csvOf(tablesOf(report), columnsOf(queues.serviceLevelSeconds)),
      `report_${queues.from}_${queues.to}.csv`,
    );
  return (
    <div class="row">
      <Button onClick={save}>{t.export}</Button>
      <Button onClick={() => print()}>{t.print}</Button>
    </div>
  );
}

function Inside({ report, asked }: { readonly report: Report; readonly asked: Asked }) {
  const t = reportWords();
  const { queues } = report;
  const columns = columnsOf(queues.serviceLevelSeconds);
  if (queues.total.offered === 0 && queues.total.dialled === 0 && queues.builtFrom === null) {
    return (
      <Empty title={t.none}>
        <p>{t.noneHint}</p>
      </Empty>
    );
  }
  return (
    <>
      {queues.builtFrom !== null && (
        <p class="report-remark" role="status">
          {t.builtFrom(formatFullDay(queues.builtFrom))}
        </p>
      )}
      <Tiles of={queues} />
      <Course report={report} asked={asked} columns={columns} />
      {tablesOf(report).map(({ title, of, rows, name }) => (
        <section key={title} class="card report-section">
          <h2>{title}</h2>
          <FigureTable title={title} of={of} columns={columns} rows={rows} name={name} />
        </section>
      ))}
      <details class="report-counted">
        <summary>{t.howCounted}</summary>
        {/* As the service says them. */}
        <dl lang="en">
          {Object.entries(queues.formulas).map(([figure, formula]) => (
            <div key={figure}>
              <dt>
                <code>{figure}</code>
              </dt>
              <dd>{formula}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}
