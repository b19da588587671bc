import { TelephonyConnection } from './connection.js';
import { StateStore } from './state-store.js';
import type { TelephonyEvents, TelephonyState } from './telephony-state.js';

export type * from './telephony-state.js';
export type * from './wire.js';

export interface TelephonyClientOptions {
  /** Origin of the service, such as `https://api.example.com`; without it, that of the page. */
  readonly url?: string;
  /** Returns the bearer token; null: nobody is signed in. Called before each connection and to renew the token. */
  readonly getToken: () => string | null | Promise<string | null>;
}

export interface TelephonyClient {
  /** Calls the listener after each change of the state. Returns the function that ends it. */
  readonly subscribe: (listener: () => void) => () => void;
  readonly getSnapshot: () => TelephonyState;
  /** Calls the listener on each such event. Returns the function that ends it. */
  readonly on: <E extends keyof TelephonyEvents>(
    event: E,
    listener: (payload: TelephonyEvents[E]) => void,
  ) => () => void;
  /** Connects anew with a new token, such as after signing in. */
  readonly reconnect: () => void;
  /** Ends the connection for good. */
  readonly close: () => void;
}

/**
 * Connects to the service and keeps the calls that the user may see.
 *
 * @throws {TypeError} when `url` is no origin
 */
export function createTelephonyClient(options: TelephonyClientOptions): TelephonyClient {
  const { url = '', getToken } = options;
  if (url !== '' && !/^https?:\/\/[^/?#]+\/?$/.test(url)) {
    throw new TypeError('url must be an origin without a path, such as https://api.example.com');
  }
  const store = new StateStore();
  const connection = new TelephonyConnection(url.replace(/\/$/, ''), getToken, store);
  connection.open();
  return {
    subscribe: (listener) => store.subscribe(listener),
    getSnapshot: () => store.state,
    on: (event, listener) => store.on(event, listener),
    reconnect: () => connection.reconnect(),
    close: () => connection.close(),
  };
}
