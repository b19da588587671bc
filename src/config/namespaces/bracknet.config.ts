import { pbxModeOf } from '../environment-rules.js';
import { namespace } from '../namespace.js';

export const bracknetConfig = namespace('bracknet', (environment) => ({
  /** mock: no request is sent to a PBX. */
  mode: pbxModeOf(environment),
  baseUrl: environment.BRACKNET_API_BASE_URL?.replace(/\/+$/, '') ?? null,
  apiKey: environment.BRACKNET_API_KEY ?? null,
  timeoutMs: environment.BRACKNET_TIMEOUT_MS,
}));
