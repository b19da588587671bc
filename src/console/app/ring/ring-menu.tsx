import { signal } from '@preact/signals';
import { shell } from '../../i18n/shell.js';
import { hasPhone } from '../../live/telephony.js';
import { Menu } from '../../parts/menu.js';
import { isLeader } from './ring-lead.js';
import { isBlocked, test } from './ring-sound.js';
import { Button } from '../../parts/button.js';

const permission = signal('Notification' in window ? Notification.permission : 'denied');

async function askForNotifications(): Promise<void> {
  permission.value = await Notification.requestPermission();
}

/** Whether this tab rings, the test of the ring, and notifications. */
export function RingMenu() {
  const t = shell().sound;
  const isSilent = isBlocked.value && isLeader.value && hasPhone.value;
  return (
    <Menu
      label={isSilent ? t.blocked : t.menu}
      class={isSilent ? 'ring-menu is-blocked' : 'ring-menu'}
      button={
        <>
          <Bell isCrossed={isSilent} />
          {isSilent && <span class="bar-words">{t.blocked}</span>}
        </>
      }
    >
      {() => (
        <>
          <p>{!isLeader.value ? t.otherTab : isSilent ? t.unblock : t.on}</p>
          <Button onClick={test}>{t.test}</Button>
          <hr />
          {permission.value === 'default' ? (
            <Button onClick={askForNotifications}>{t.notify}</Button>
          ) : (
            <p class="small">{permission.value === 'granted' ? t.notifyOn : t.notifyOff}</p>
          )}
        </>
      )}
    </Menu>
  );
}

function Bell({ isCrossed }: { readonly isCrossed: boolean }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M6 10a6 6 0 0 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7zM10 20a2 2 0 0 0 4 0" />
      {isCrossed && <path d="M4 4l16 16" />}
    </svg>
  );
}
