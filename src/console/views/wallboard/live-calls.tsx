import type { LiveCall } from '../../../client/client.js';
import { formatCount, formatDuration, formatNumber } from '../../i18n/format.js';
import { shell } from '../../i18n/shell.js';
import { telephony } from '../../live/telephony.js';
import { Badge } from '../../parts/badge.js';
import { LifeLink } from '../../parts/life-link.js';
import { Empty } from '../../parts/states.js';
import { secondsSince } from './figures.js';
import { boardWords } from './words.js';

/** Nobody reads more of them, and each changes every second. */
const MOST_SHOWN = 60;

const beganAt = ({ answeredAt, startedAt, createdAt }: LiveCall): string =>
  answeredAt ?? startedAt ?? createdAt;

/** Those that ring come first, the longest first of all. Who calls is not said: others see the board. */
export function LiveCalls({ at }: { readonly at: number }) {
  const t = boardWords();
  const { calls } = telephony.value;
  const ordered = calls.toSorted(
    (a, b) =>
      Number(a.status === 'answered') - Number(b.status === 'answered') || (beganAt(a) < beganAt(b) ? -1 : 1),
  );
  const shown = ordered.slice(0, MOST_SHOWN);
  return (
    <section class="board-part" aria-labelledby="board-calls">
      <h2 id="board-calls">
        {t.calls} <span class="small">{formatNumber(calls.length)}</span>
      </h2>
      {shown.length === 0 && (
        <Empty title={t.noCalls}>
          <p>{t.noCallsHint}</p>
        </Empty>
      )}
      <ul class="board-calls">
        {shown.map((call) => (
          <li key={call.id} class="board-call">
            <Badge kind={call.status === 'answered' ? 'good' : 'warn'}>
              {call.status === 'answered' ? t.talks : call.direction === 'inbound' ? t.rings : t.starts}
            </Badge>
            <span>{call.agentPhone === null ? '' : shell().extension(call.agentPhone)}</span>
            <span class="board-queue small">{call.queueName}</span>
            <span class="board-life">
              <LifeLink callId={call.id} />
            </span>
            <span class="board-time">{formatDuration(secondsSince(beganAt(call), at))}</span>
          </li>
        ))}
      </ul>
      {ordered.length > shown.length && (
        <p class="small">{formatCount(ordered.length - shown.length, t.further)}</p>
      )}
    </section>
  );
}
