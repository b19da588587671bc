import { api } from '../../api/api.js';
import { formatWhen } from '../../i18n/format.js';
import { now } from '../../live/clock.js';
import { Button } from '../../parts/button.js';
import { useLoaded } from '../../parts/loaded.js';
import { Shown } from '../../parts/states.js';
import type { Unassigned } from './types.js';
import { deskWords } from './words.js';

/** Extensions that calls of the last weeks name and nobody holds: whose calls ring at no page. */
export function UnassignedList({ onAssign }: { readonly onAssign: (extension: string) => void }) {
  const t = deskWords();
  const loaded = useLoaded('unassigned', () =>
    api.get<{ items: readonly Unassigned[] }>('telephony/extensions/unassigned'),
  );
  return (
    <Shown of={loaded} lines={2}>
      {({ items }) =>
        items.length === 0 ? null : (
          <section class="card desks-unassigned" aria-labelledby="desks-unassigned">
            <h2 id="desks-unassigned">{t.unassigned}</h2>
            <p class="small">{t.unassignedHint}</p>
            <ul>
              {items.map(({ extension, calls, lastAt }) => (
                <li key={extension} class="row">
                  <strong>{extension}</strong>
                  <span class="small">{t.seen(calls, formatWhen(lastAt, now.value))}</span>
                  <Button
                    needsConnection
                    label={`${t.assign}: ${extension}`}
                    onClick={() => onAssign(extension)}
                  >
                    {t.assign}
                  </Button>
                </li>
              ))}
            </ul>
          </section>
        )
      }
    </Shown>
  );
}
