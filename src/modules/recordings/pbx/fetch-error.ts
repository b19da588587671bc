/** Why a recording could not be fetched, in words for the operator; they hold nothing of the answer. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
}
