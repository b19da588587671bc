import { formatAverage, formatDay, formatFullDay, formatNumber, weekdayName } from '../../i18n/format.js';
import { useLoaded } from '../../parts/loaded.js';
import { Chart } from './chart/chart.js';
import type { Column } from './figures/columns.js';
import { FigureTable } from './figures/figure-table.js';
import type { Asked } from './period/period.js';
import { courseOf, isOneDay, readUsualHours, type Report } from './report-reader.js';
import { reportWords } from './words.js';

interface CourseProps {
  readonly report: Report;
  readonly asked: Asked;
  readonly columns: readonly Column[];
}

/** One day hour by hour beside what is usual on its weekday; several days day by day. */
export function Course({ report, asked, columns }: CourseProps) {
  const t = reportWords();
  const { course } = report;
  const isHours = isOneDay(course);
  const usual = useLoaded(isHours ? course.from : '', () =>
    isHours ? readUsualHours(asked, course.from) : Promise.resolve(new Map<number, number>()),
  ).state.value.value;
  const points = courseOf(report);
  const weekday = new Date(`${course.from}T00:00:00Z`).getUTCDay() || 7;
  const nameOf = (key: string | number | null): string =>
    isHours ? formatNumber(Number(key)) : formatFullDay(String(key));
  return (
    <section class="card report-course" aria-labelledby="report-course">
      <h2 id="report-course">{isHours ? t.byHour : t.byDay}</h2>
      <Chart
        labels={points.map(({ key }) => (isHours ? formatNumber(Number(key)) : formatDay(String(key))))}
        series={[
          { title: t.now, look: 'bars', values: points.map(({ figures }) => figures?.offered ?? 0) },
          { title: t.lostLine, look: 'dark-bars', values: points.map(({ figures }) => figures?.lost ?? 0) },
          ...(usual !== null && usual.size > 0
            ? [
                {
                  title: t.usual(weekdayName(weekday)),
                  look: 'line' as const,
                  values: points.map(({ key }) => usual.get(Number(key)) ?? 0),
                },
              ]
            : []),
        ]}
        format={formatNumber}
      />
      <details>
        <summary>{t.asTable}</summary>
        <FigureTable
          title={isHours ? t.byHour : t.byDay}
          of={isHours ? t.hour : t.day}
          columns={columns}
          rows={points.flatMap(({ figures }) => figures ?? [])}
          name={nameOf}
        />
        {usual !== null && usual.size > 0 && (
          <p class="small">
            {t.usual(weekdayName(weekday))}:{' '}
            {[...usual]
              .sort(([a], [b]) => a - b)
              .map(([hour, mean]) => `${formatNumber(hour)} ${formatAverage(mean)}`)
              .join(' · ')}
          </p>
        )}
      </details>
    </section>
  );
}
