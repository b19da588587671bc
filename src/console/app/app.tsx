import { formatTime } from '../i18n/format.js';
import { shell } from '../i18n/shell.js';
import { connection, hasPhone, lostAt, me } from '../live/telephony.js';
import { Toasts } from '../parts/toasts.js';
import { session, wasOpen } from '../session/session.js';
import { Bar } from './bar.js';
import { DialDialog } from './dial/dial-dialog.js';
import { dialling } from './dial/dial-state.js';
import { ringingCaller } from './ring/ring.js';
import { shownView } from './router.js';
import { ShownView } from './shown-view.js';
import { SignIn } from './sign-in.js';
import { Loading } from '../parts/states.js';

export function App() {
  const t = shell();
  const isOpen = wasOpen.value;
  const isStale = connection.value === 'stale' && lostAt.value !== null;
  return (
    <>
      <a class="skip" href="#content" onClick={skipToContent}>
        {t.skipToContent}
      </a>
      <Bar />
      {session.value === 'ended' && isOpen && <SignIn />}
      {isStale && (
        <p class="notice" role="status">
          {t.staleSince(formatTime(lostAt.value ?? 0))}
        </p>
      )}
      {me.value?.role === 'agent' && !hasPhone.value && <p class="notice">{t.noExtensionHint}</p>}
      <RingNotice />
      <main id="content" tabIndex={-1} class={isStale ? 'content is-stale' : 'content'}>
        {isOpen ? <ShownView /> : session.value === 'open' ? <Loading lines={6} /> : <SignIn />}
      </main>
      {dialling.value !== null && <DialDialog />}
      <Toasts />
    </>
  );
}

/** Said to who cannot see it; on other views than the desk a line to see, which leads there. */
function RingNotice() {
  const t = shell();
  const caller = ringingCaller.value;
  const isElsewhere = shownView.value.path !== '';
  return (
    <div role="alert">
      {caller !== null && (
        <p class={isElsewhere ? 'notice' : 'visually-hidden'}>
          {t.incomingOf(caller)} {isElsewhere && <a href="#/">{t.openCall}</a>}
        </p>
      )}
    </div>
  );
}

/** Not by the address, which names the view. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
