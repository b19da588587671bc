import { readCertificateFile } from '../credentials/certificate-file.js';
import { pbxModeOf } from '../environment-rules.js';
import { namespace } from '../namespace.js';

export const bracknetConfig = namespace('bracknet', (environment) => ({
  /** mock: no request is sent to a PBX. */
  mode: pbxModeOf(environment),
  /** Whether agents work with this service, so that mock mode has to be reported. */
  isMockAFault: environment.NODE_ENV === 'production',
  baseUrl: environment.BRACKNET_API_BASE_URL?.replace(/\/+$/, '') ?? null,
  apiKey: environment.BRACKNET_API_KEY ?? null,
  /** Certificates of authorities that are trusted in addition to those of Node, each as PEM. */
  certificates: environment.BRACKNET_CA_FILE
    ? readCertificateFile('BRACKNET_CA_FILE', environment.BRACKNET_CA_FILE)
    : [],
  timeoutMs: environment.BRACKNET_TIMEOUT_MS,
}));
