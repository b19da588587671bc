import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../../common/clock.js';
import { CustomersService } from '../../crm/customers/customers.service.js';
import { WebhookReceiptRepository } from '../webhooks/webhook-receipt.repository.js';
import { Call } from './call.entity.js';
import type { CallEvent } from './call-event.js';
import type { CallFacts } from './call-facts.js';
import { withEventPayload, withEventsOf } from './call-meta.js';
import { CallRepository, type CallWithFacts } from './call.repository.js';
import { factsOfEvent } from './facts-of-event.js';
import { merge } from './merge.js';
import {
  answeredAcross,
  callOfMiss,
  LONGEST_TALK_HOURS,
  RING_WINDOW_SECONDS,
  unnamedMissOf,
} from './missed-call-matching.js';
import { project } from './projection.js';

/** Most calls of one caller that are looked at when his calls are told apart. */
const CALLER_LIMIT = 200;

export interface LedgerEntry {
  /** The call the event belongs to. */
  readonly call: Call;
  /** That call and every other one that now looks different. */
  readonly changed: readonly Call[];
}

/**
 * The one place where calls are written. Finds the row an event belongs to, merges what the event says into it, and
 * keeps the calls of one caller apart and together: never two rows for one call.
 *
 * Locks are taken in one order, caller then rows, so that instances do not wait for each other in a circle.
 */
@Injectable()
export class CallLedger {
  constructor(
    private readonly calls: CallRepository,
    private readonly receipts: WebhookReceiptRepository,
    private readonly customers: CustomersService,
    private readonly clock: Clock,
  ) {}

  async apply(manager: EntityManager, provider: string, event: CallEvent): Promise<LedgerEntry> {
    const number =
      event.customer?.e164 ??
      (event.externalCallId === null
        ? null
        : await this.calls.numberOf(manager, provider, event.externalCallId));
    if (number !== null) await this.calls.lockCaller(manager, number);

    const facts = factsOfEvent(event);
    const known = await this.findCallOf(manager, provider, event, number);
    const call = known ?? (await this.open(manager, provider, event, facts));
    if (call.externalCallId === null && event.externalCallId !== null)
      call.externalCallId = event.externalCallId;
    call.meta = withEventPayload(call.meta, event);
    return this.record(manager, call, facts, number);
  }

  /** Merges facts of our own making, such as a refused start, into a call that is locked already. */
  observe(manager: EntityManager, call: CallWithFacts, facts: CallFacts): Promise<LedgerEntry> {
    return this.record(manager, call, facts, null);
  }

  /** Gives a call the PBX's id. If events under that id were here first, their row becomes one with this. */
  async identify(manager: EntityManager, call: CallWithFacts, externalCallId: string): Promise<LedgerEntry> {
    const overtaken = await this.calls.lockByExternalId(manager, call.provider, externalCallId);
    if (overtaken !== null && overtaken.id !== call.id) await this.absorb(manager, call, overtaken);
    call.externalCallId = externalCallId;
    return this.record(manager, call, {}, null);
  }

  private async findCallOf(
    manager: EntityManager,
    provider: string,
    event: CallEvent,
    number: string | null,
  ): Promise<CallWithFacts | null> {
    if (event.externalCallId === null) {
      if (number === null) return null;
      const nearby = await this.nearby(manager, number, event.occurredAt, event.occurredAt);
      return callOfMiss({ at: event.occurredAt, extension: event.extension }, nearby) as CallWithFacts | null;
    }
    return (
      (await this.calls.lockByExternalId(manager, provider, event.externalCallId)) ??
      (event.crmCallId === null
        ? null
        : await this.calls.lockAwaitingExternalId(manager, provider, event.crmCallId))
    );
  }

  /** A row for a call that has none yet; another instance may open it in the same instant. */
  private async open(
    manager: EntityManager,
    provider: string,
    event: CallEvent,
    facts: CallFacts,
  ): Promise<CallWithFacts> {
    const opened = await this.calls.insert(manager, {
      provider,
      externalCallId: event.externalCallId,
      crmCallId: event.crmCallId,
      facts,
      ...project(facts),
    });
    if (opened !== null) return opened;
    const other = await this.calls.lockByExternalId(manager, provider, event.externalCallId ?? '');
    if (other === null) throw new Error('A call was refused as known and is not there');
    return other;
  }

  private async record(
    manager: EntityManager,
    call: CallWithFacts,
    facts: CallFacts,
    lockedNumber: string | null,
  ): Promise<LedgerEntry> {
    call.facts = merge(call.facts, facts);
    Object.assign(call, project(call.facts));
    if (call.customerId === null && call.customerNumberE164 !== null) {
      const customer = await this.customers.findByNumber(manager, call.customerNumberE164);
      call.customerId = customer?.id ?? null;
    }
    const others =
      lockedNumber !== null && lockedNumber === call.customerNumberE164
        ? await this.settleCaller(manager, call, lockedNumber)
        : [];
    await this.calls.save(manager, call);
    return { call, changed: [call, ...others] };
  }

  /**
   * Looks at the calls of one caller again after one of them has changed: a miss reported without a call id joins
   * the call it turns out to belong to, and a miss during which somebody talked to the caller is no missed customer.
   * @returns other calls that were changed
   */
  private async settleCaller(
    manager: EntityManager,
    call: CallWithFacts,
    number: string,
  ): Promise<CallWithFacts[]> {
    const from = call.startedAt ?? this.clock.now();
    // As far as an open talk reaches, even if the call has ended since: misses may lie under what it covered before.
    const rows = await this.nearby(manager, number, from, addSeconds(from, LONGEST_TALK_HOURS * 3600));
    let others = rows.filter(({ id }) => id !== call.id);
    const changed = new Set<CallWithFacts>();

    for (const stray of others) {
      const miss = unnamedMissOf(stray);
      if (miss === null || callOfMiss(miss, [call, ...others])?.id !== call.id) continue;
      await this.absorb(manager, call, stray);
      others = others.filter((other) => other !== stray);
    }
    for (const missed of [call, ...others]) {
      if (missed.direction !== 'inbound' || missed.status !== 'failed' || missed.endedAt === null) continue;
      const endedAt = missed.endedAt;
      const elsewhere = [call, ...others].some((other) => other !== missed && answeredAcross(other, endedAt));
      const disposition = elsewhere ? 'answered_elsewhere' : project(missed.facts).disposition;
      if (disposition === missed.disposition) continue;
      missed.disposition = disposition;
      if (missed !== call) changed.add(missed);
    }
    for (const other of changed) await this.calls.save(manager, other);
    return [...changed];
  }

  private nearby(manager: EntityManager, number: string, from: Date, to: Date): Promise<CallWithFacts[]> {
    return this.calls.lockOfCaller(
      manager,
      number,
      addSeconds(from, -LONGEST_TALK_HOURS * 3600),
      addSeconds(to, RING_WINDOW_SECONDS),
      CALLER_LIMIT,
    );
  }

  /** Two rows turned out to be one call: everything known of `stray` moves to `call`, and its row goes. */
  private async absorb(manager: EntityManager, call: CallWithFacts, stray: CallWithFacts): Promise<void> {
    call.facts = merge(call.facts, stray.facts);
    call.effects = { ...stray.effects, ...call.effects };
    call.meta = withEventsOf(call.meta, stray.meta);
    call.taskId ??= stray.taskId;
    call.crmCallId ??= stray.crmCallId;
    call.customerId ??= stray.customerId;
    Object.assign(call, project(call.facts));
    await this.receipts.moveToCall(manager, stray.id, call.id);
    await this.calls.remove(manager, stray);
  }
}

function addSeconds(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
