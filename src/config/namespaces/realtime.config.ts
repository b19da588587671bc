import { namespace } from '../namespace.js';

export const realtimeConfig = namespace('realtime', (environment) => ({
  /** Sockets of browsers that have signed in, of all users together. */
  maxSockets: environment.REALTIME_MAX_SOCKETS,
  /** Of one user: each tab of a browser has one. */
  maxSocketsPerUser: environment.REALTIME_MAX_SOCKETS_PER_USER,
}));
