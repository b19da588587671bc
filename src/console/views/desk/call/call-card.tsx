import type { LiveCall } from '../../../../client/client.js';
import { formatDuration, formatNumber } from '../../../i18n/format.js';
import { shell } from '../../../i18n/shell.js';
import { now } from '../../../live/clock.js';
import { me, telephony } from '../../../live/telephony.js';
import type { Loaded } from '../../../parts/loaded.js';
import { LifeLink } from '../../../parts/life-link.js';
import { numberOf, Phone } from '../../../parts/phone.js';
import { Recordings } from '../../../parts/recordings.js';
import type { Pop } from '../customer/pop.js';
import { currentCall } from '../state.js';
import { type CallPhase, phaseOf, sentenceOf, sinceOf } from './call-state.js';
import { callWords } from './call-words.js';
import { Chooser } from './chooser.js';
import { Controls } from './controls.js';

interface CallCardProps {
  readonly id: string;
  readonly call: LiveCall;
  readonly pop: Loaded<Pop>;
}

/** Who it is, what is so, and what can be done with the call. */
export function CallCard({ id, call, pop }: CallCardProps) {
  const t = callWords();
  const phase = phaseOf(call, currentCall.value?.id === call.id);
  const phone = me.value?.extensions[0] ?? null;
  return (
    <section id={id} class={`card call-card is-${phase}`} tabIndex={-1} aria-labelledby="call-name">
      <p class="call-kind">
        {call.direction === 'outbound' ? t.outgoing : phase === 'ringing' ? t.incoming : t.inbound}
        {call.queueName !== null && ` ${t.queue(call.queueName)}`}
      </p>
      <Who call={call} pop={pop} />
      <p class="call-sentence">
        <span>{sentenceOf(call, phase, phone)}</span>
        <Timer call={call} phase={phase} />
      </p>
      <Controls call={call} phase={phase} />
      <Chooser call={call} pop={pop} />
      {phase === 'over' && call.hasRecording && <Recordings callId={call.id} version={call.version} />}
      <LifeLink callId={call.id} />
    </section>
  );
}

function Who({ call, pop }: Omit<CallCardProps, 'id'>) {
  const t = callWords();
  const { value } = pop.state.value;
  const caller = telephony.value.callers.get(call.id)?.customer;
  const customer = value?.customer ?? null;
  const name = value === null ? (caller?.name ?? null) : (customer?.name ?? null);
  const number = numberOf(call);
  const history = customer?.orderHistory ?? null;
  return (
    <>
      <h1 id="call-name" class="call-name">
        {name ?? (number === null ? shell().withheld : <Phone number={number} />)}
      </h1>
      <p class="call-number">
        {name !== null && number !== null && <Phone number={number} />}
        {number !== null && value?.matchCount === 0 && <span>{t.unknown}</span>}
        {customer !== null && <span>{[customer.city, customer.district].filter(Boolean).join(', ')}</span>}
      </p>
      {customer !== null && (
        <ul class="badges">
          {customer.isBlacklisted && <li class="badge is-danger">⚠ {t.blacklisted}</li>}
          {customer.isVip && <li class="badge is-good">★ {t.vip}</li>}
          {history !== null && history.returned > 0 && (
            <li class="badge">↩ {t.returns(formatNumber(history.returned), formatNumber(history.count))}</li>
          )}
        </ul>
      )}
    </>
  );
}

function Timer({ call, phase }: { readonly call: LiveCall; readonly phase: CallPhase }) {
  const since = sinceOf(call, phase);
  if (since !== null) {
    return (
      <span class="timer" role="timer">
        {formatDuration((now.value - Date.parse(since)) / 1000)}
      </span>
    );
  }
  const { durationSeconds } = call;
  return durationSeconds === null ? null : <span class="timer">{formatDuration(durationSeconds)}</span>;
}
