import type { Environment } from '../environment.js';
import { namespace } from '../namespace.js';

export const bracknetConfig = namespace('bracknet', (environment) => ({
  mode: modeOf(environment),
  baseUrl: environment.BRACKNET_API_BASE_URL?.replace(/\/+$/, '') ?? null,
  apiKey: environment.BRACKNET_API_KEY ?? null,
  timeoutMs: environment.BRACKNET_TIMEOUT_MS,
}));

/** mock: no request is sent to a PBX. */
function modeOf({ BRACKNET_API_BASE_URL, BRACKNET_API_KEY }: Environment): 'live' | 'mock' {
  return BRACKNET_API_BASE_URL && BRACKNET_API_KEY ? 'live' : 'mock';
}
