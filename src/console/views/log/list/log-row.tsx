import { useId, useState } from 'preact/hooks';
import { wordOfCall } from '../../../i18n/call-values.js';
import { formatDuration, formatWhen } from '../../../i18n/format.js';
import { now } from '../../../live/clock.js';
import { Badge } from '../../../parts/badge.js';
import { NumberOf } from '../../../parts/phone.js';
import type { ListedCall } from '../types.js';
import { logWords } from '../words.js';
import { CallDetails } from './call-details.js';

/** Lost to the customer, open, or as it should be. */
function kindOf({ status, disposition, direction }: ListedCall): 'good' | 'warn' | 'danger' | 'plain' {
  if (status === 'completed') return 'good';
  if (status !== 'failed') return 'warn';
  return direction === 'inbound' && disposition !== 'answered_elsewhere' ? 'danger' : 'plain';
}

/** A call in one line, which opens in place. */
export function LogRow({ call }: { readonly call: ListedCall }) {
  const t = logWords();
  const inside = useId();
  const [isOpen, setOpen] = useState(false);
  const { startedAt, agentPhone, waitSeconds, durationSeconds } = call;
  return (
    <li class="log-row">
      <button
        type="button"
        class="log-line"
        aria-expanded={isOpen}
        aria-controls={isOpen ? inside : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <time class="log-time" dateTime={startedAt ?? undefined}>
          {startedAt === null ? '–' : formatWhen(startedAt, now.peek())}
        </time>
        <span class="log-number">
          <span aria-hidden="true">{call.direction === 'inbound' ? '↙' : '↗'}</span>
          <span class="visually-hidden">{wordOfCall(call.direction)}</span> <NumberOf call={call} />
        </span>
        <span>
          <Badge kind={kindOf(call)}>{wordOfCall(call.disposition ?? call.status)}</Badge>
        </span>
        <span class="log-who">{agentPhone !== null && t.phone(agentPhone)}</span>
        <span class="log-queue">{call.queueName}</span>
        <Time title={t.facts.waitSeconds} seconds={waitSeconds} />
        <Time title={t.facts.durationSeconds} seconds={durationSeconds} />
        <span class="log-recorded">
          {call.hasRecording && (
            <>
              <span aria-hidden="true">●</span>
              <span class="visually-hidden">{t.recorded}</span>
            </>
          )}
        </span>
      </button>
      {isOpen && <CallDetails id={inside} call={call} />}
    </li>
  );
}

function Time({ title, seconds }: { readonly title: string; readonly seconds: number | null }) {
  return (
    <span class="log-seconds">
      {seconds !== null && (
        <>
          <span class="log-seconds-title">{title}</span> {formatDuration(seconds)}
        </>
      )}
    </span>
  );
}
