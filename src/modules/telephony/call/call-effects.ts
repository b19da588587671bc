import type { Call } from './call.entity.js';
import { isOver } from './call-vocabulary.js';

/** What a call has caused so far; each entry is written once, in the transaction that causes it. */
export interface CallEffects {
  /** A missed-call task was made for this call, or noted on the one that was pending. */
  readonly missedTask?: EffectMark;
  /** ... and withdrawn, because the call was answered after all. Gone if it then turns out that it was not. */
  readonly missedTaskSkipped?: EffectMark;
  /** The linked task went from pending to in progress when the call was started. */
  readonly taskStarted?: EffectMark;
  /** ... and back, because the PBX refused the call. */
  readonly taskReturned?: EffectMark;
  /** The call's summary was added to the notes of the linked task. */
  readonly taskSummary?: EffectMark;
  /** The customer was reached: missed-call tasks that waited for it were completed. */
  readonly customerReached?: EffectMark;
}

export type EffectName = keyof CallEffects;

export interface EffectMark {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** `crm_call_tasks.id`; null when there was no task to act on. */
  readonly taskId: number | null;
}

/** Shorter talks do not count as having reached the customer. */
export const REACHED_AFTER_SECONDS = 10;

/** End reason of a call that never reached the PBX. */
export const PROVIDER_ERROR = 'provider_error';

/** What this call should have caused by now and has not, in the order to cause it. */
export function dueEffects(call: Call): EffectName[] {
  const { missedTask, missedTaskSkipped, taskStarted, taskReturned, taskSummary, customerReached } =
    call.effects;
  const over = isOver(call.status);
  const missed = isMissedCustomer(call);
  const noted = missedTask !== undefined && missedTaskSkipped === undefined;
  const due: [EffectName, boolean][] = [
    ['missedTask', missed && !noted],
    ['missedTaskSkipped', over && !missed && noted],
    [
      'taskReturned',
      taskStarted !== undefined && call.endReason === PROVIDER_ERROR && taskReturned === undefined,
    ],
    ['taskSummary', call.taskId !== null && over && taskSummary === undefined],
    ['customerReached', isCustomerReached(call) && customerReached === undefined],
  ];
  return due.filter(([, isDue]) => isDue).map(([effect]) => effect);
}

/** The effects with one more; a miss noted again is not withdrawn any more. */
export function withEffect(effects: CallEffects, effect: EffectName, mark: EffectMark): CallEffects {
  const { missedTaskSkipped, ...rest } = effects;
  const kept = effect === 'missedTask' || missedTaskSkipped === undefined ? rest : effects;
  return { ...kept, [effect]: mark };
}

/** An inbound call that ended without talk here or elsewhere, from a number that can be called back. */
export function isMissedCustomer(call: Call): boolean {
  return (
    call.direction === 'inbound' &&
    call.status === 'failed' &&
    call.disposition !== 'answered_elsewhere' &&
    call.customerNumberE164 !== null
  );
}

export function isCustomerReached(call: Call): boolean {
  return (
    call.status === 'completed' &&
    call.customerNumberE164 !== null &&
    (call.durationSeconds ?? 0) >= REACHED_AFTER_SECONDS
  );
}
