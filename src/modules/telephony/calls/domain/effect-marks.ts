/** What a call has caused so far; each entry is written once, in the transaction that causes it. */
export interface CallEffects {
  /** A missed-call task was made for this call, or noted on the one that was pending. */
  readonly missedTask?: EffectMark;
  /** ... and withdrawn, because the call was answered after all. Gone if it then turns out that it was not. */
  readonly missedTaskSkipped?: EffectMark;
  /** The linked task went from pending to in progress when the call was started. */
  readonly taskStarted?: EffectMark;
  /** ... and back, because the PBX refused the call. Gone if the call then turns out to have been placed. */
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
  /** Caused by an end that was concluded: once the PBX has reported one, what was written is set right. */
  readonly inferred?: true;
}

/** What an effect takes back: these follow the call as it is known, back and forth. */
const TAKES_BACK: Partial<Record<EffectName, EffectName>> = {
  missedTask: 'missedTaskSkipped',
  taskStarted: 'taskReturned',
};

/** The effects with one more, and without the one that it takes back. */
export function withEffect(effects: CallEffects, effect: EffectName, mark: EffectMark): CallEffects {
  const takenBack = TAKES_BACK[effect];
  return Object.fromEntries([
    ...Object.entries(effects).filter(([name]) => name !== takenBack),
    [effect, mark],
  ]);
}

/** Whether a miss was noted on a task and not withdrawn. */
export function hasNotedMiss({ missedTask, missedTaskSkipped }: CallEffects): boolean {
  return missedTask !== undefined && missedTaskSkipped === undefined;
}

/** The effects of two rows that turn out to be one call: of two misses the one that stands counts. */
export function joinEffects(own: CallEffects, other: CallEffects): CallEffects {
  const { missedTask: _noted, missedTaskSkipped: _withdrawn, ...others } = { ...other, ...own };
  const rows = [own, other];
  const { missedTask, missedTaskSkipped } =
    rows.find(hasNotedMiss) ?? rows.find((effects) => effects.missedTask !== undefined) ?? {};
  return { ...others, ...(missedTask && { missedTask }), ...(missedTaskSkipped && { missedTaskSkipped }) };
}
