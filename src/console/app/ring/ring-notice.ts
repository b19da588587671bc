/** Notifications of calls that ring, by call id. */
const shown = new Map<number, Notification>();

/** Once for each call, if the user has allowed it. */
export function notify(id: number, title: string, caller: string): void {
  if (shown.has(id) || !('Notification' in window) || Notification.permission !== 'granted') return;
  // The same tag in two tabs is one notification.
  const notice = new Notification(title, { body: caller, tag: `telephony-call-${id}`, silent: true });
  notice.addEventListener('click', () => {
    window.focus();
    notice.close();
  });
  shown.set(id, notice);
}

/** Closes all but those of these calls. */
export function closeNotices(ringing: readonly number[]): void {
  for (const [id, notice] of shown) {
    if (ringing.includes(id)) continue;
    notice.close();
    shown.delete(id);
  }
}
