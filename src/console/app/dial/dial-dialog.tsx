import { useId, useState } from 'preact/hooks';
import type { LiveCall } from '../../../client/client.js';
import { api } from '../../api/api.js';
import { ApiError } from '../../api/api-error.js';
import { formatWhen } from '../../i18n/format.js';
import { shell } from '../../i18n/shell.js';
import { now } from '../../live/clock.js';
import { hasPhone, isLive } from '../../live/telephony.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { ErrorNote } from '../../parts/error-note.js';
import { useLoaded } from '../../parts/loaded.js';
import { moveByArrows } from '../../parts/move-by-arrows.js';
import { dialled, Phone } from '../../parts/phone.js';
import { Shown } from '../../parts/states.js';
import { say } from '../../parts/toasts.js';
import { closeDial, dialling } from './dial-state.js';
import { dialWords } from './dial-words.js';

const RECENT = 8;

/** A number is typed or taken from the last calls. The own telephone rings first, then the customer's. */
export function DialDialog() {
  const t = dialWords();
  const field = useId();
  const hint = useId();
  const [number, setNumber] = useState(dialling.peek() ?? '');
  const [error, setError] = useState<ApiError | null>(null);
  const [isBusy, setBusy] = useState(false);
  const recent = useLoaded('recent', () => api.get<{ items: LiveCall[] }>(`telephony/calls?limit=${RECENT}`));
  const call = async (): Promise<void> => {
    if (isBusy || !hasPhone.peek() || number.trim() === '') return;
    setBusy(true);
    setError(null);
    try {
      await api.post('call/start', { customer_number: number.trim() }, { asksPbx: true });
      say(t.calling(number.trim()));
      closeDial();
    } catch (failed) {
      if (!(failed instanceof ApiError)) throw failed;
      setError(failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t.title} onClose={closeDial}>
      <div class="stack" onKeyDown={moveByArrows}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void call();
          }}
        >
          <label for={field}>{t.number}</label>
          <div class="row">
            <input
              id={field}
              class="field phone"
              type="tel"
              autofocus
              value={number}
              autocomplete="off"
              aria-describedby={hint}
              aria-invalid={error === null ? undefined : 'true'}
              onInput={({ currentTarget }) => setNumber(currentTarget.value)}
            />
            <button
              type="submit"
              class="button main"
              aria-disabled={isBusy || !isLive.value || !hasPhone.value ? 'true' : undefined}
            >
              {t.call}
            </button>
          </div>
          <p id={hint} class="small">
            {hasPhone.value ? t.hint : shell().noPhoneToCall}
          </p>
        </form>
        <div role="alert">{error !== null && <ErrorNote error={error} />}</div>
        <Shown of={recent}>
          {({ items }) =>
            items.length === 0 ? null : (
              <section aria-labelledby={`${field}-recent`}>
                <h3 id={`${field}-recent`}>{t.recent}</h3>
                <ul class="list">
                  {numbersOf(items).map(([e164, at]) => (
                    <li key={e164}>
                      <Button
                        kind="quiet"
                        class="list-button"
                        onClick={() => {
                          setNumber(dialled(e164));
                          document.getElementById(field)?.focus();
                        }}
                      >
                        <span class="grow">
                          <Phone number={e164} />
                        </span>
                        <span class="small">{formatWhen(at, now.peek())}</span>
                      </Button>
                    </li>
                  ))}
                </ul>
              </section>
            )
          }
        </Shown>
      </div>
    </Dialog>
  );
}

/** Each number once, with the time of its last call. */
function numbersOf(calls: readonly LiveCall[]): [string, string][] {
  const times = new Map<string, string>();
  for (const { customerNumberE164, startedAt, createdAt } of calls) {
    if (customerNumberE164 !== null && !times.has(customerNumberE164)) {
      times.set(customerNumberE164, startedAt ?? createdAt);
    }
  }
  return [...times];
}
