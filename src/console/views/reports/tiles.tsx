import type { ComponentChildren } from 'preact';
import { formatDuration, formatNumber, formatPercent } from '../../i18n/format.js';
import { FigureLink } from './figures/figure-link.js';
import type { Kpi } from './types.js';
import { reportWords } from './words.js';

/** The figures of the whole period. */
export function Tiles({ of: kpi }: { readonly of: Kpi }) {
  const t = reportWords();
  const { total, serviceLevelSeconds } = kpi;
  const { links } = total;
  const count = (figure: string, value: number, link?: string) => (
    <FigureLink
      figure={figure}
      of={t.total}
      value={formatNumber(value)}
      calls={link === undefined ? undefined : links?.[link]}
    />
  );
  const time = (seconds: number | null): string => (seconds === null ? '–' : formatDuration(seconds));
  const part = (value: number, whole: number): string => (whole === 0 ? '–' : formatPercent(value / whole));
  return (
    <>
      <dl class="report-tiles">
        <Tile title={t.offered} value={count(t.offered, total.offered, 'offered')} />
        <Tile
          title={t.answered}
          value={count(t.answered, total.answered, 'answered')}
          more={total.answerRate === null ? null : t.share(formatPercent(total.answerRate))}
        />
        <Tile
          title={t.serviceLevel(formatNumber(serviceLevelSeconds))}
          value={total.serviceLevel === null ? '–' : formatPercent(total.serviceLevel)}
          more={t.shortOnes(formatNumber(total.shortAbandoned))}
        />
        <Tile title={t.asa} value={time(total.asaSeconds)} />
        <Tile title={t.aht} value={time(total.ahtSeconds)} />
        <Tile
          title={t.lost}
          value={count(t.lost, total.lost, 'lost')}
          more={total.offered === 0 ? null : t.share(part(total.lost, total.offered))}
        />
        <Tile
          title={t.calledBack}
          value={count(t.calledBack, total.calledBack)}
          more={total.lost === 0 ? null : t.shareOfLost(part(total.calledBack, total.lost))}
        />
        <Tile
          title={t.recovered}
          value={count(t.recovered, total.recovered)}
          more={total.lost === 0 ? null : t.shareOfLost(part(total.recovered, total.lost))}
        />
        <Tile title={t.firstAttempt} value={time(total.firstAttemptSeconds)} />
        <Tile
          title={t.dialled}
          value={count(t.dialled, total.dialled, 'dialled')}
          more={
            total.dialled > 0 && (
              <>
                {t.reached}: {count(t.reached, total.reached, 'reached')}
              </>
            )
          }
        />
      </dl>
      {total.lost > 0 && (
        <p class="report-lost small">
          {t.lostBy}:{' '}
          {(['missed', 'abandoned', 'busy', 'failed'] as const).map((why) => (
            <span key={why}>
              {t.lostAs[why]}{' '}
              {count(t.lostAs[why], total.lostBy[why], `lost${why.charAt(0).toUpperCase()}${why.slice(1)}`)}
            </span>
          ))}
        </p>
      )}
      {total.inferredEnds > 0 && <p class="small">{t.inferred(formatNumber(total.inferredEnds))}</p>}
    </>
  );
}

interface TileProps {
  readonly title: string;
  readonly value: ComponentChildren;
  /** null, or false: nothing more. */
  readonly more?: ComponentChildren;
}

function Tile({ title, value, more = null }: TileProps) {
  return (
    <div class="report-tile card">
      <dt class="small">{title}</dt>
      <dd>
        <span class="report-value">{value}</span>
        {more !== null && more !== false && <span class="small">{more}</span>}
      </dd>
    </div>
  );
}
