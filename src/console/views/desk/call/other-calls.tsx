import type { LiveCall } from '../../../../client/client.js';
import { telephony } from '../../../live/telephony.js';
import { LifeLink } from '../../../parts/life-link.js';
import { Phone } from '../../../parts/phone.js';
import { callWords } from './call-words.js';

/** Calls that the user has or that ring at him, beside the one that the desk is about. */
export function OtherCalls({ calls }: { readonly calls: readonly LiveCall[] }) {
  const t = callWords();
  if (calls.length === 0) return null;
  const { callers, ringing } = telephony.value;
  return (
    <section class="card" aria-labelledby="other-calls">
      <h2 id="other-calls">{t.others}</h2>
      <ul class="list">
        {calls.map(({ id, customerPhone, customerNumberE164 }) => (
          <li key={id} class="row">
            <strong class="grow">
              {callers.get(id)?.customer?.name ?? <Phone number={customerNumberE164 ?? customerPhone} />}
            </strong>
            <LifeLink callId={id} />
            <span>{ringing.has(id) ? t.alsoRings : t.talking}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
