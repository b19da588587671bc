import type { LiveCall } from '../../../../client/client.js';
import { telephony } from '../../../live/telephony.js';
import { callWords } from './call-words.js';

/** - `ringing`: at the user. - `placing`: a call of his own. - `talking`. - `over`: also when somebody else has it now. */
export type CallPhase = 'ringing' | 'placing' | 'talking' | 'over';

export function phaseOf(call: LiveCall, isHeld: boolean): CallPhase {
  if (telephony.value.ringing.has(call.id)) return 'ringing';
  if (!isHeld) return 'over';
  return call.status === 'answered' ? 'talking' : 'placing';
}

/** Ids of calls that the user has asked to end. */
export const hungUp = new Set<number>();

/** What the user has to do, or what is so. @param phone his own extension; null: not known */
export function sentenceOf(call: LiveCall, phase: CallPhase, phone: string | null): string {
  const t = callWords();
  const { agentPhone, disposition, status } = call;
  if (phase === 'ringing') {
    if (phone === null) return t.pickUpAny;
    return status === 'answered' ? t.transferRings(phone) : t.pickUp(phone);
  }
  if (phase === 'talking') return t.talking;
  if (phase === 'placing') {
    const own = agentPhone ?? phone;
    if (status === 'ringing') return t.customerRings;
    return own === null ? t.pickUpAny : t.pickUpFirst(own);
  }
  if (hungUp.has(call.id) && call.answeredAt === null) return t.ends.canceled;
  if (status === 'answered') return agentPhone === null ? t.ended : t.handedOn(agentPhone);
  const words: Partial<Record<string, string>> = t.ends;
  return words[disposition ?? status] ?? t.ended;
}

/** Since when the phase lasts, ISO 8601; null: not known. */
export function sinceOf({ answeredAt, startedAt, createdAt }: LiveCall, phase: CallPhase): string | null {
  return phase === 'talking' ? answeredAt : phase === 'over' ? null : (startedAt ?? createdAt);
}
