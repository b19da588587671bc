import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OutdatedTransaction } from '../../../database/transaction.js';
import { CustomersService } from '../../crm/customers/customers.service.js';
import { Call } from './call.entity.js';
import type { CallEvent } from './call-event.js';
import type { CallFacts } from './call-facts.js';
import { withEventPayload } from './call-meta.js';
import { CallRepository, type CallWithFacts } from './call.repository.js';
import { CallerSettlement, type MovedMiss } from './caller-settlement.js';
import { factsOfEvent } from './facts-of-event.js';
import { merge } from './merge.js';
import { callOfMiss } from './missed-call-matching.js';
import { project } from './projection.js';

export interface LedgerEntry {
  /** The call the event belongs to. */
  readonly call: Call;
  /** That call and every other one that now looks different. */
  readonly changed: readonly Call[];
  /** Misses that turned out to be of another call than it seemed. */
  readonly moved: readonly MovedMiss[];
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
    private readonly settlement: CallerSettlement,
    private readonly customers: CustomersService,
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
    if (call.externalCallId === null) {
      call.externalCallId = event.externalCallId;
    } else if (number === null && call.customerNumberE164 !== null) {
      throw new OutdatedTransaction('The caller has become known since: start over, and lock him first');
    }
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
    const joined = overtaken !== null && overtaken.id !== call.id;
    const moved = joined ? await this.settlement.absorb(manager, call, overtaken) : [];
    call.externalCallId = externalCallId;
    return { ...(await this.record(manager, call, {}, null)), moved };
  }

  private async findCallOf(
    manager: EntityManager,
    provider: string,
    event: CallEvent,
    number: string | null,
  ): Promise<CallWithFacts | null> {
    if (event.externalCallId === null) {
      if (number === null) return null;
      const { occurredAt: at, extension } = event;
      return callOfMiss({ at, extension }, await this.settlement.nearby(manager, number, at, at));
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
    const settled =
      lockedNumber !== null && lockedNumber === call.customerNumberE164
        ? await this.settlement.settle(manager, call, lockedNumber)
        : { changed: [], moved: [] };
    await this.calls.save(manager, call);
    return { call, changed: [call, ...settled.changed], moved: settled.moved };
  }
}
