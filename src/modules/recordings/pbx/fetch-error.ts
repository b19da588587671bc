import { isIP } from 'node:net';

/** Why a recording could not be fetched, in words for the operator; they hold nothing of the answer. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
}

/** What the settings of this service forbid. */
export const FORBIDDEN = {
  host: 'its host is not one of RECORDING_HOSTS',
  network: 'its host is in a network that is not allowed: see RECORDING_ALLOWED_NETWORKS',
} as const;

/** Whether only other settings can help. What a name is resolved to may be another address at the next try. */
export function isForbiddenForGood({ message }: FetchError, url: string): boolean {
  return message === FORBIDDEN.network && isIP(new URL(url).hostname.replaceAll(/[[\]]/gu, '')) !== 0;
}
