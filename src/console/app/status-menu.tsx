import type { AgentStatus } from '../../client/client.js';
import { shell } from '../i18n/shell.js';
import { presence, setStatus } from '../live/presence.js';
import { me } from '../live/telephony.js';
import { Button } from '../parts/button.js';
import { Menu } from '../parts/menu.js';
import { isOnCall } from '../views/desk/state.js';

const REASONS = ['lunch', 'prayer', 'tea', 'meeting', 'training'] as const;

/** In words of the language where it is one of ours; another one, such as of the CRM, as it is. */
function wordOfReason(reason: string): string {
  const words: Partial<Record<string, string>> = shell().reasons;
  return words[reason] ?? reason;
}

/** The status of the user, and what he may set. That he is on a call, the calls say, not he. */
export function StatusMenu() {
  const t = shell();
  // The service does not know the user of an extension that only his token names.
  const isTalking = isOnCall.value;
  const status = isTalking ? 'on_call' : (presence.value?.status ?? me.value?.status ?? null);
  const reason = isTalking ? null : (presence.value?.reason ?? null);
  if (status === null) return null;
  const word = t.statuses[status];
  const shown = reason === null ? word : `${word}: ${wordOfReason(reason)}`;
  const choose =
    (close: () => void, next: AgentStatus, why: string | null = null) =>
    async (): Promise<void> => {
      await setStatus(next, why);
      close();
    };
  return (
    <Menu
      label={`${t.status}: ${shown}`}
      class="status-menu"
      button={
        <>
          <span class={`dot is-${status}`} aria-hidden="true" />
          <span class="bar-words">{shown}</span>
        </>
      }
    >
      {(close) => (
        <>
          <Button kind="quiet" needsConnection onClick={choose(close, 'online')}>
            <span class="dot is-online" aria-hidden="true" /> {t.setOnline}
          </Button>
          <p class="menu-title">{t.takeBreak}</p>
          {REASONS.map((one) => (
            <Button key={one} kind="quiet" needsConnection onClick={choose(close, 'break', one)}>
              <span class="dot is-break" aria-hidden="true" /> {t.reasons[one]}
            </Button>
          ))}
          <hr />
          <Button kind="quiet" needsConnection onClick={choose(close, 'offline')}>
            <span class="dot is-offline" aria-hidden="true" /> {t.setOffline}
          </Button>
        </>
      )}
    </Menu>
  );
}
