import type { ErrorCode } from '../../../../common/errors/error-code.js';
import type { Call } from '../call.entity.js';

/** The PBX's answer to a start. Stored with the call, so that a repeated click gets the same response on any instance. */
export type StartAnswer =
  | { readonly bracknet_call_id: string; readonly message: string; readonly mode: 'live' | 'mock' }
  | { readonly error: { readonly code: ErrorCode; readonly message: string } };

/** Answers after which the PBX places no call: it has refused, or was not asked. */
export const NOT_PLACED_CODES = ['PBX_REFUSED', 'PBX_CIRCUIT_OPEN'] as const satisfies ErrorCode[];

/** null while there is no answer. */
export function startAnswerOf({ meta }: Pick<Call, 'meta'>): StartAnswer | null {
  return (meta?.start as { answer?: StartAnswer } | undefined)?.answer ?? null;
}

/** Whether the PBX may still report this start: it has not said that it places no call. */
export function mayBePlaced(call: Pick<Call, 'meta'>): boolean {
  const answer = startAnswerOf(call);
  const codes: readonly ErrorCode[] = NOT_PLACED_CODES;
  return answer === null || !('error' in answer) || !codes.includes(answer.error.code);
}
