import type { LiveCall } from '../../../../client/client.js';
import { api } from '../../../api/api.js';
import { formatNumber, formatWhen } from '../../../i18n/format.js';
import { now } from '../../../live/clock.js';
import { Button } from '../../../parts/button.js';
import type { Loaded } from '../../../parts/loaded.js';
import { moveByArrows } from '../../../parts/move-by-arrows.js';
import type { Pop, PopMatch } from '../customer/pop.js';
import { callWords } from './call-words.js';

/** Of several customers with the number nobody is taken silently: the agent asks, and says who it is. */
export function Chooser({ call, pop }: { readonly call: LiveCall; readonly pop: Loaded<Pop> }) {
  const t = callWords();
  const { value } = pop.state.value;
  if (value === null || value.matchCount < 2 || value.choice !== null) return null;
  const choose = async (customerId: number | null): Promise<void> => {
    await api.post(`telephony/calls/${call.id}/customer`, { customerId });
    await pop.load();
  };
  return (
    <section class="chooser" aria-labelledby="chooser-title">
      <h2 id="chooser-title">{t.several(formatNumber(value.matchCount))}</h2>
      <ul class="list" onKeyDown={moveByArrows}>
        {value.matches.map((match) => (
          <li key={match.id}>
            <Button kind="quiet" class="list-button" needsConnection onClick={() => choose(match.id)}>
              <strong>{match.name}</strong>
              <span class="grow small">{factsOf(match)}</span>
            </Button>
          </li>
        ))}
        <li>
          <Button kind="quiet" class="list-button" needsConnection onClick={() => choose(null)}>
            {t.none}
          </Button>
        </li>
      </ul>
    </section>
  );
}

function factsOf({ district, lastOrder, isVip, isBlacklisted }: PopMatch): string {
  const t = callWords();
  const ordered = lastOrder?.createdAt
    ? t.lastOrder(formatWhen(lastOrder.createdAt, now.peek()))
    : t.noOrders;
  const facts = [district, ordered, isVip && t.vip, isBlacklisted && t.blacklisted];
  return facts.filter(Boolean).join(' · ');
}
