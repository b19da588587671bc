import type { LiveCall } from '../../../../client/client.js';
import { telephony } from '../../../live/telephony.js';
import { LifeLink } from '../../../parts/life-link.js';
import { NumberOf } from '../../../parts/phone.js';
import { callWords } from './call-words.js';
import { Silence } from './silence.js';

/** Calls that the user has or that ring at him, beside the one that the desk is about. */
export function OtherCalls({ calls }: { readonly calls: readonly LiveCall[] }) {
  const t = callWords();
  if (calls.length === 0) return null;
  const { callers, ringing } = telephony.value;
  return (
    <section class="card" aria-labelledby="other-calls">
      <h2 id="other-calls">{t.others}</h2>
      <ul class="list">
        {calls.map((call) => (
          <li key={call.id} class="row">
            <strong class="grow">{callers.get(call.id)?.customer?.name ?? <NumberOf call={call} />}</strong>
            <LifeLink callId={call.id} />
            <span>{ringing.has(call.id) ? t.alsoRings : t.talking}</span>
            {ringing.has(call.id) && <Silence id={call.id} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
