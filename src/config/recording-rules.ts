import type { Environment } from './environment.js';

/** Port of the simulator unless it is told another. */
const SIMULATOR_PORT = 4000;

const S3_VARIABLES = [
  'RECORDING_S3_ENDPOINT',
  'RECORDING_S3_BUCKET',
  'RECORDING_S3_KEY_ID',
  'RECORDING_S3_SECRET',
] as const;

/** As long as the hash of HS256. */
const TICKET_SECRET_MIN_BYTES = 32;

/**
 * Without RECORDING_HOSTS: the host of the PBX. Outside of production in mock mode: this service and the simulator, both on
 * this machine.
 */
export function recordingHostsOf(environment: Environment, mode: 'live' | 'mock'): readonly string[] {
  const { RECORDING_HOSTS, BRACKNET_API_BASE_URL, NODE_ENV, PORT } = environment;
  if (RECORDING_HOSTS !== undefined) return RECORDING_HOSTS;
  const ofPbx = BRACKNET_API_BASE_URL === undefined ? [] : [new URL(BRACKNET_API_BASE_URL).origin];
  if (NODE_ENV === 'production' || mode === 'live') return ofPbx;
  return ['127.0.0.1', 'localhost'].flatMap((host) =>
    [PORT, SIMULATOR_PORT].map((port) => `http://${host}:${port}`),
  );
}

export function recordingProblems(environment: Environment): string[] {
  const problems: string[] = [];
  const missing = S3_VARIABLES.filter((name) => !environment[name]);
  if (missing.length > 0 && missing.length < S3_VARIABLES.length) {
    problems.push(
      `${missing.join(' and ')} must be set too: copies are kept in S3 with all four, or in the folder`,
    );
  }
  const { TICKET_SECRET, NODE_ENV } = environment;
  const isShort = TICKET_SECRET !== undefined && Buffer.byteLength(TICKET_SECRET) < TICKET_SECRET_MIN_BYTES;
  if (NODE_ENV === 'production' && isShort) {
    problems.push(`TICKET_SECRET must be ${TICKET_SECRET_MIN_BYTES} bytes or longer in production`);
  }
  return problems;
}

export function recordingWarnings(environment: Environment): string[] {
  const { JWT_SECRET, JWT_JWKS_URL, TICKET_SECRET } = environment;
  const hasNoSecret = JWT_JWKS_URL !== undefined && JWT_SECRET === undefined && TICKET_SECRET === undefined;
  return hasNoSecret
    ? ['TICKET_SECRET is not set, and there is no JWT_SECRET to derive one from: recordings cannot be played']
    : [];
}
