/** Why a recording could not be fetched, in words for the operator; they hold nothing of the answer. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
}

/** What the settings of this service forbid: the PBX was not asked, so that only other settings can help. */
export const FORBIDDEN = {
  host: 'its host is not one of RECORDING_HOSTS',
  network: 'its host is in a network that is not allowed: see RECORDING_ALLOWED_NETWORKS',
} as const;

const FORBIDDEN_WORDS: readonly string[] = Object.values(FORBIDDEN);

export function isForbidden({ message }: FetchError): boolean {
  return FORBIDDEN_WORDS.includes(message);
}
