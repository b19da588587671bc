import { useEffect, useRef, useSyncExternalStore } from 'react';
// A copy of dist/client of the build.
import { createTelephonyClient, type IncomingCall, type TelephonyState } from './telephony/client.js';

/** One connection for the page, whatever mounts and unmounts. The CRM's front end keeps its token under this name. */
export const telephony = createTelephonyClient({
  getToken: () => localStorage.getItem('authToken'),
});

/** Renders again after each change of the calls or of the connection. */
export function useTelephony(): TelephonyState {
  return useSyncExternalStore(telephony.subscribe, telephony.getSnapshot);
}

/** Calls back once for each call that rings at the user. */
export function useIncomingCall(onIncoming: (call: IncomingCall) => void): void {
  const latest = useRef(onIncoming);
  useEffect(() => {
    latest.current = onIncoming;
  });
  useEffect(() => telephony.on('incoming', (call) => latest.current(call)), []);
}
