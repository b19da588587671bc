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

/** What else is written on a row; `meta` is added to what stands there. */
export type Amendment = Partial<Pick<Call, 'meta' | 'crmCallId'>>;

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
    const numbers = await this.lockNumbersOf(manager, provider, event);
    const facts = factsOfEvent(event);
    const known = await this.findCallOf(manager, provider, event);
    const call = known ?? (await this.open(manager, provider, event, facts));
    if (call.customerNumberE164 !== null && !numbers.has(call.customerNumberE164)) {
      throw new OutdatedTransaction('The caller has become known since: start over, and lock him first');
    }
    call.externalCallId ??= event.externalCallId;
    call.meta = withEventPayload(call.meta, event);
    return this.record(manager, call, facts);
  }

  /**
   * Merges facts of our own making, such as a refused start, into a call.
   */
  async observe(
    manager: EntityManager,
    id: number,
    facts: CallFacts,
    amend: Amendment = {},
  ): Promise<LedgerEntry> {
    const call = await this.lockWithCaller(manager, id);
    return this.record(manager, amended(call, amend), facts);
  }

  /**
   * Gives a call that was started here the PBX's id. If events under that id were here first, their row becomes one
   * with this.
   * @returns null when the id is another started call's: the PBX gave it twice
   */
  async identify(
    manager: EntityManager,
    id: number,
    externalCallId: string,
    amend: Amendment,
  ): Promise<LedgerEntry | null> {
    const call = await this.lockWithCaller(manager, id);
    const overtaken = await this.calls.lockByExternalId(manager, call.provider, externalCallId);
    const joined = overtaken !== null && overtaken.id !== call.id;
    if (joined && overtaken.facts.direction?.evidence === 'start') return null;
    const moved = joined ? await this.settlement.absorb(manager, call, overtaken) : [];
    call.externalCallId = externalCallId;
    const entry = await this.record(manager, amended(call, amend), {});
    return { ...entry, moved: [...moved, ...entry.moved] };
  }

  /** Locks whoever the event can be about: the number it names, and that of the call it belongs to. */
  private async lockNumbersOf(
    manager: EntityManager,
    provider: string,
    event: CallEvent,
  ): Promise<ReadonlySet<string>> {
    const { externalCallId, crmCallId } = event;
    const known =
      (externalCallId && (await this.calls.numberOf(manager, { provider, externalCallId }))) ||
      (crmCallId && (await this.calls.awaitedNumber(manager, provider, crmCallId)));
    const numbers = new Set([event.customer?.e164, known].filter((number) => typeof number === 'string'));
    await this.calls.lockCallers(manager, numbers);
    return numbers;
  }

  private async lockWithCaller(manager: EntityManager, id: number): Promise<CallWithFacts> {
    const number = await this.calls.numberOf(manager, { id });
    if (number !== null) await this.calls.lockCallers(manager, new Set([number]));
    const call = await this.calls.lockById(manager, id);
    if (call === null) throw new Error(`Call ${id} is gone`);
    return call;
  }

  private async findCallOf(
    manager: EntityManager,
    provider: string,
    event: CallEvent,
  ): Promise<CallWithFacts | null> {
    if (event.externalCallId === null) {
      const { occurredAt: at, extension } = event;
      const number = event.customer?.e164 ?? null;
      if (number === null) return null;
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
    if (other === null)
      throw new OutdatedTransaction('The row that was in the way has become one with another since');
    return other;
  }

  /** The row's caller is locked. */
  private async record(manager: EntityManager, call: CallWithFacts, facts: CallFacts): Promise<LedgerEntry> {
    call.facts = merge(call.facts, facts);
    Object.assign(call, project(call.facts));
    const number = call.customerNumberE164;
    if (number === null) {
      await this.calls.save(manager, call);
      return { call, changed: [call], moved: [] };
    }
    if (call.customerId === null) {
      call.customerId = (await this.customers.findByNumber(manager, number))?.id ?? null;
    }
    const { changed, moved } = await this.settlement.settle(manager, call, number);
    await this.calls.save(manager, call);
    return { call, changed: [call, ...changed], moved };
  }
}

function amended(call: CallWithFacts, { meta, ...columns }: Amendment): CallWithFacts {
  return Object.assign(call, columns, meta && { meta: { ...call.meta, ...meta } });
}
