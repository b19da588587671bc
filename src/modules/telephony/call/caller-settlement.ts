import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { WebhookReceiptRepository } from '../webhooks/webhook-receipt.repository.js';
import type { Call } from './call.entity.js';
import { moveMissPayload, withEventsOf } from './call-meta.js';
import { type CallFacts, missKey } from './call-facts.js';
import { CallRepository, type CallWithFacts } from './call.repository.js';
import { merge } from './merge.js';
import {
  answeredAcross,
  callOfMiss,
  isStray,
  LONGEST_TALK_HOURS,
  RING_WINDOW_SECONDS,
  type UnnamedMiss,
  unnamedMissesOf,
} from './missed-call-matching.js';
import { project } from './projection.js';

/** Most calls of one caller that are looked at when his calls are told apart. */
const CALLER_LIMIT = 200;

/** The task of a miss is another call's now: what its notes say of the one is true of the other. */
export interface MovedMiss {
  readonly taskId: number;
  readonly from: Call;
  readonly to: Call;
  /** The other call stands in the notes already. */
  readonly noted: boolean;
}

export interface Settlement {
  /** Other calls that look different now. */
  readonly changed: readonly CallWithFacts[];
  readonly moved: readonly MovedMiss[];
}

/**
 * Tells the calls of one caller apart and puts together what is one call, whatever order its events came in. Works
 * under the lock of the caller.
 */
@Injectable()
export class CallerSettlement {
  constructor(
    private readonly calls: CallRepository,
    private readonly receipts: WebhookReceiptRepository,
  ) {}

  /** Calls of a caller that can have to do with what happened in a span of time, locked. */
  nearby(manager: EntityManager, number: string, from: Date, to: Date): Promise<CallWithFacts[]> {
    return this.calls.lockOfCaller(
      manager,
      number,
      addSeconds(from, -LONGEST_TALK_HOURS * 3600),
      addSeconds(to, RING_WINDOW_SECONDS),
      CALLER_LIMIT,
    );
  }

  /**
   * Looks at the calls of a caller again after one of them has changed: a miss reported without a call id joins the
   * call it turns out to belong to, and a miss during which somebody talked to the caller is no missed customer.
   * Saves the other calls; the given one is the caller's to save.
   */
  async settle(manager: EntityManager, call: CallWithFacts, number: string): Promise<Settlement> {
    const from = call.startedAt ?? call.createdAt;
    // As far as an open talk reaches, even if the call has ended since: misses may lie under what it covered before.
    const to = addSeconds(from, LONGEST_TALK_HOURS * 3600);
    const others = (await this.nearby(manager, number, from, to)).filter(({ id }) => id !== call.id);
    let all = [call, ...others];
    const moved: MovedMiss[] = [];
    const changed = new Set<CallWithFacts>();

    // A stray that has just been opened found no call among these; it is others that may find one now.
    for (const holder of isStray(call) ? others : all) {
      for (const miss of unnamedMissesOf(holder)) {
        const owner =
          callOfMiss(miss, all) ?? (isStray(holder) ? holder : await this.part(manager, miss, holder));
        if (owner === holder) continue;
        if (!all.includes(owner)) all.push(owner);
        if (isStray(holder)) {
          moved.push(...(await this.absorb(manager, owner, holder)));
          all = all.filter((kept) => kept !== holder);
          changed.delete(holder);
        } else {
          moved.push(...(await this.hand(manager, miss, holder, owner)));
          changed.add(holder);
        }
        changed.add(owner);
      }
    }
    for (const missed of all) {
      if (judge(missed, all)) changed.add(missed);
    }
    changed.delete(call);
    for (const other of changed) await this.calls.save(manager, other);
    return { changed: [...changed], moved };
  }

  /** Two rows turned out to be one call: everything known of `gone` moves to `call`, and its row goes. */
  async absorb(manager: EntityManager, call: CallWithFacts, gone: CallWithFacts): Promise<MovedMiss[]> {
    const moved = movedMiss(gone, call);
    call.facts = merge(call.facts, gone.facts);
    call.effects = { ...gone.effects, ...call.effects };
    call.meta = withEventsOf(call.meta, gone.meta);
    call.taskId ??= gone.taskId;
    call.crmCallId ??= gone.crmCallId;
    call.customerId ??= gone.customerId;
    Object.assign(call, project(call.facts));
    await this.receipts.moveToCall(manager, gone.id, call.id);
    await this.calls.remove(manager, gone);
    return moved;
  }

  /** A row of its own for a miss that turns out not to be of the call it was taken for, nor of any other. */
  private async part(manager: EntityManager, miss: UnnamedMiss, from: CallWithFacts): Promise<CallWithFacts> {
    const at = miss.at.toISOString();
    const fact = from.facts.missed?.[missKey(miss.extension, at)];
    const facts: CallFacts = {
      seen: { at, source: fact?.source ?? 'received' },
      direction: { value: 'inbound', evidence: 'event' },
      ...(from.facts.customer && { customer: { ...from.facts.customer, at } }),
      ...(miss.extension !== null && { agent: { extension: miss.extension, at, evidence: 'mentioned' } }),
    };
    const { provider, customerId } = from;
    const parted = await this.calls.insert(manager, { provider, customerId, facts, ...project(facts) });
    if (parted === null) throw new Error('A row without any key was refused');
    return parted;
  }

  /** A miss that was taken to be of one call turns out to be of another of the same caller. */
  private async hand(
    manager: EntityManager,
    miss: UnnamedMiss,
    from: CallWithFacts,
    to: CallWithFacts,
  ): Promise<MovedMiss[]> {
    const moved = movedMiss(from, to);
    const key = missKey(miss.extension, miss.at.toISOString());
    const { missed: { [key]: fact, ...missed } = {}, ...facts } = from.facts;
    const { missedTask, missedTaskSkipped, ...effects } = from.effects;
    from.facts = Object.keys(missed).length > 0 ? { ...facts, missed } : facts;
    from.effects = effects;
    to.facts = merge(to.facts, fact === undefined ? {} : { missed: { [key]: fact } });
    to.effects = {
      ...(missedTask && { missedTask }),
      ...(missedTaskSkipped && { missedTaskSkipped }),
      ...to.effects,
    };
    [from.meta, to.meta] = moveMissPayload(from.meta, to.meta, miss.at);
    for (const call of [from, to]) Object.assign(call, project(call.facts));
    await this.receipts.moveUnnamedToCall(manager, from.id, miss.at, to.id);
    return moved;
  }
}

/** Whether the disposition of a call that was not answered changes by what the caller's other calls were. */
function judge(call: CallWithFacts, all: readonly CallWithFacts[]): boolean {
  const { endedAt } = call;
  if (call.direction !== 'inbound' || call.status !== 'failed' || endedAt === null) return false;
  const elsewhere = all.some((other) => other !== call && answeredAcross(other, endedAt));
  const disposition = elsewhere ? 'answered_elsewhere' : project(call.facts).disposition;
  if (disposition === call.disposition) return false;
  call.disposition = disposition;
  return true;
}

function movedMiss(from: Call, to: Call): MovedMiss[] {
  const taskId = from.effects.missedTask?.taskId ?? null;
  return taskId === null ? [] : [{ taskId, from, to, noted: to.effects.missedTask?.taskId === taskId }];
}

function addSeconds(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
