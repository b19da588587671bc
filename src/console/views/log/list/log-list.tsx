import { formatCount, formatDayOf, formatNumber } from '../../../i18n/format.js';
import { Button } from '../../../parts/button.js';
import { ErrorNote } from '../../../parts/error-note.js';
import { moveByArrows } from '../../../parts/move-by-arrows.js';
import { Empty, Loading } from '../../../parts/states.js';
import { type LogReader, type LogState, MOST_ROWS } from '../log-reader.js';
import { logWords } from '../words.js';
import { LogRow } from './log-row.js';

interface ListProps {
  readonly reader: LogReader;
  readonly isFiltered: boolean;
}

export function LogList({ reader, isFiltered }: ListProps) {
  const t = logWords();
  const state = reader.state.value;
  const { items, progress, error } = state;
  return (
    <section class="log-list" aria-busy={progress === 'reading'}>
      <Totals state={state} />
      {items.length > 0 && (
        <>
          {/* Each row says what it is by itself: this line is for the eye. */}
          <div class="log-columns small" aria-hidden="true">
            {t.columns.map((column) => (
              <span key={column}>{column}</span>
            ))}
          </div>
          <ul class="log-rows" onKeyDown={moveByArrows}>
            {items.map((call) => (
              <LogRow key={call.id} call={call} />
            ))}
          </ul>
        </>
      )}
      {items.length === 0 && progress === 'reading' && <Loading lines={8} />}
      {items.length === 0 && progress === 'end' && (
        <Empty title={isFiltered ? t.none : t.noneYet}>
          <p>{isFiltered ? t.noneHint : t.noneYetHint}</p>
        </Empty>
      )}
      {items.length === 0 && progress === 'stopped' && error === null && <Empty title={t.noneFound} />}
      {error !== null && <ErrorNote error={error} onRetry={() => void reader.more()} />}
      {error === null && <Further reader={reader} state={state} />}
    </section>
  );
}

function Totals({ state: { items, total } }: { readonly state: LogState }) {
  const t = logWords();
  return (
    <p class="log-total" role="status">
      {total !== null && (
        <>
          <strong>{formatCount(total.count, total.isExact ? t.total : t.moreThan)}</strong>{' '}
          {items.length > 0 && <span class="small">{t.shown(formatNumber(items.length))}</span>}
        </>
      )}
    </p>
  );
}

/** How far the list has come, and what leads on. */
function Further({ reader, state }: { readonly reader: LogReader; readonly state: LogState }) {
  const t = logWords();
  const { items, progress, lookedBackTo } = state;
  if (progress === 'end') return items.length === 0 ? null : <p class="small">{t.end}</p>;
  if (items.length >= MOST_ROWS) return <p class="small">{t.most(formatNumber(MOST_ROWS))}</p>;
  return (
    <div class="log-further row">
      {progress === 'reading' ? (
        <Button onClick={() => reader.stop()}>{t.stop}</Button>
      ) : (
        // Not awaited: a button that is busy could not be followed by one that stops.
        <Button needsConnection onClick={() => void reader.more()}>
          {progress === 'stopped' ? t.goOn : t.older}
        </Button>
      )}
      <span class="small" role="status">
        {progress === 'reading' && `${t.reading} `}
        {lookedBackTo !== null && t.lookedBackTo(formatDayOf(lookedBackTo))}
      </span>
    </div>
  );
}
