import type { AssignmentRule } from '../../../../../config/telephony-environment.js';

/** An agent who may get a task: the holder of an extension. */
export interface Assignable {
  readonly userId: number;
  /** Online, and not on a call. */
  readonly isFree: boolean;
  /** Open tasks up to this day. */
  readonly openTasks: number;
}

/**
 * Decides who gets the tasks of missed customers whom nobody looks after. It counts the tasks that it gives, so that those
 * of one transaction are spread.
 */
export class TaskAssignment {
  private readonly given = new Map<number, number>();

  constructor(
    /** The first rule that names an agent decides. */
    private readonly rules: readonly AssignmentRule[],
    private readonly agents: readonly Assignable[],
  ) {}

  /**
   * @param missedBy the user whose extension did not answer; null: none is known
   * @returns a user id; null: no rule names an agent
   */
  assign(missedBy: number | null): number | null {
    for (const rule of this.rules) {
      const userId = this.agentBy(rule, missedBy);
      if (userId === null) continue;
      this.given.set(userId, (this.given.get(userId) ?? 0) + 1);
      return userId;
    }
    return null;
  }

  private agentBy(rule: AssignmentRule, missedBy: number | null): number | null {
    if (rule === 'missed-agent') {
      return this.agents.some(({ userId }) => userId === missedBy) ? missedBy : null;
    }
    return this.leastLoaded(rule === 'free' ? this.agents.filter(({ isFree }) => isFree) : this.agents);
  }

  private leastLoaded(agents: readonly Assignable[]): number | null {
    const load = ({ userId, openTasks }: Assignable): number => openTasks + (this.given.get(userId) ?? 0);
    const [first] = agents.toSorted((a, b) => load(a) - load(b) || a.userId - b.userId);
    return first?.userId ?? null;
  }
}
