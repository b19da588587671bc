import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../../common/clock.js';
import { AppConfig } from '../../../config/app-config.js';
import { CallTasksService } from '../../crm/call-tasks/call-tasks.service.js';
import { CustomersService } from '../../crm/customers/customers.service.js';
import { Call } from './call.entity.js';
import { dueEffects, type EffectName, isCustomerReached, talkBeganAt, withEffect } from './call-effects.js';
import {
  callMark,
  missedLine,
  notMissedLine,
  notPlacedLine,
  reachedLine,
  summaryLine,
} from './call-notes.js';
import type { LedgerEntry } from './call-ledger.js';
import { CallRepository } from './call.repository.js';
import type { MovedMiss } from './caller-settlement.js';

/**
 * Carries out what calls cause in the CRM. Each effect is marked on the call in the transaction that carries it out,
 * so it happens once, however often the events of the call come.
 */
@Injectable()
export class CallConsequences {
  private readonly effects: Readonly<
    Record<EffectName, (manager: EntityManager, call: Call) => Promise<number | null>>
  > = {
    missedTask: (manager, call) => this.noteMissedCall(manager, call),
    missedTaskSkipped: (manager, call) => this.skipMissedCall(manager, call),
    taskStarted: (manager, call) => this.startTask(manager, call),
    taskReturned: (manager, call) => this.returnTask(manager, call),
    taskSummary: (manager, call) => this.summarise(manager, call),
    customerReached: (manager, call) => this.completeMissedCalls(manager, call),
  };

  constructor(
    private readonly calls: CallRepository,
    private readonly tasks: CallTasksService,
    private readonly customers: CustomersService,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** Carries out what is due after an entry of the ledger; its calls are locked by the transaction. */
  async settle(manager: EntityManager, { changed, moved }: LedgerEntry): Promise<void> {
    for (const miss of moved) await this.moveMiss(manager, miss);
    for (const call of changed) {
      const due = dueEffects(call);
      for (const effect of due) {
        const taskId = await this.effects[effect](manager, call);
        call.effects = withEffect(call.effects, effect, { at: this.clock.now().toISOString(), taskId });
      }
      if (due.length > 0) await this.calls.markEffects(manager, call);
    }
  }

  /** What the notes of a task say of one call is said of another now; if that is said already, once is enough. */
  private async moveMiss(manager: EntityManager, { taskId, from, to, noted }: MovedMiss): Promise<void> {
    if (!noted) await this.tasks.renameInNotes(manager, taskId, callMark(from.id), callMark(to.id));
    else {
      const alone = (await this.calls.otherMisses(manager, to, taskId)) === 0;
      await this.tasks.dropMiss(manager, taskId, callMark(from.id), alone);
    }
  }

  private async noteMissedCall(manager: EntityManager, call: Call): Promise<number | null> {
    const e164 = numberOf(call);
    const line = missedLine(call, this.timeZone);
    const withdrawn = call.effects.missedTaskSkipped?.taskId ?? null;
    const taskId =
      withdrawn !== null && (await this.tasks.reviveMissedCall(manager, withdrawn, line))
        ? withdrawn
        : await this.tasks.noteMissedCall(manager, {
            e164,
            line,
            assignedAgentId: await this.agentFor(manager, e164),
          });
    const reached = await this.calls.reachedAfter(manager, e164, call.endedAt ?? this.clock.now());
    if (reached !== null) await this.reach(manager, reached);
    return taskId;
  }

  /** A talk heard of before the miss that it answers. */
  private async reach(manager: EntityManager, call: Call): Promise<void> {
    const taskId = await this.completeMissedCalls(manager, call);
    if (taskId === null) return;
    call.effects = withEffect(call.effects, 'customerReached', {
      at: this.clock.now().toISOString(),
      taskId,
    });
    await this.calls.markEffects(manager, call);
  }

  private async agentFor(manager: EntityManager, e164: string): Promise<number | null> {
    return (await this.customers.findByNumber(manager, e164))?.assignedTo ?? null;
  }

  private async skipMissedCall(manager: EntityManager, call: Call): Promise<number | null> {
    const taskId = call.effects.missedTask?.taskId ?? null;
    if (taskId === null) return null;
    const line = notMissedLine(call, this.timeZone);
    const others = await this.calls.otherMisses(manager, call, taskId);
    if (others > 0) await this.tasks.withdrawMiss(manager, taskId, line, others === 1);
    else {
      const completedByIt = call.effects.customerReached?.taskId === taskId;
      await this.tasks.skipMissedCall(manager, taskId, line, completedByIt);
    }
    return taskId;
  }

  /** The call was placed after all: its task, returned before, is in progress again. */
  private async startTask(manager: EntityManager, call: Call): Promise<number | null> {
    if (call.taskId !== null) await this.tasks.link(manager, call.taskId);
    return call.taskId;
  }

  private async returnTask(manager: EntityManager, call: Call): Promise<number | null> {
    if (call.taskId !== null)
      await this.tasks.unlink(manager, call.taskId, notPlacedLine(call, this.timeZone));
    return call.taskId;
  }

  private async summarise(manager: EntityManager, call: Call): Promise<number | null> {
    if (call.taskId !== null)
      await this.tasks.addNote(manager, call.taskId, summaryLine(call, this.timeZone));
    return call.taskId;
  }

  /** Completes the missed-call tasks whose last miss lies before this talk. */
  private async completeMissedCalls(manager: EntityManager, call: Call): Promise<number | null> {
    if (!isCustomerReached(call)) return null;
    const talkedAt = talkBeganAt(call) ?? this.clock.now();
    const open = await this.tasks.openMissedCalls(manager, numberOf(call));
    const answered = [];
    for (const task of open) {
      const missedAt = await this.calls.lastMissOf(manager, numberOf(call), task.id);
      if (missedAt === null || missedAt < talkedAt) answered.push(task);
    }
    await this.tasks.completeReached(manager, answered, reachedLine(call, this.timeZone));
    return answered[0]?.id ?? null;
  }

  private get timeZone(): string {
    return this.config.telephony.businessTimeZone;
  }
}

function numberOf(call: Call): string {
  if (call.customerNumberE164 === null) throw new Error(`Call ${call.id} has no customer number`);
  return call.customerNumberE164;
}
