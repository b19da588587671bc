import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../../common/time/clock.js';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { afterCommit, OutdatedTransactionError, pipelined } from '../../../database/transaction.js';
import type { ChangedCall } from '../../change-feed/change.js';
import { ChangeFeed } from '../../change-feed/change-feed.js';
import type { NamedExtension } from '../../agents/extensions/timeline/named-extension.js';
import { CallBatchRepository, type CallKeys, type LoadedCall } from './call-batch.repository.js';
import { CallEffectsService } from './effects/call-effects.service.js';
import { CallReferences } from './call-references.js';
import { audienceOf } from './domain/call-access.js';
import type { Call } from './call.entity.js';
import type { CallEvent } from './domain/call-event.js';
import { extensionOfEvent } from './domain/facts/facts-of-event.js';
import { CallUnitOfWork } from './domain/call-unit-of-work.js';

/**
 * The only writer of call facts. `load` locks and loads a unit of work, the functions of the domain change it, and `flush`
 * applies the effects of the calls and stores every change.
 *
 * All locks of a unit of work, on callers' numbers and PBX ids, are taken by one statement in sorted order, so that
 * instances cannot deadlock. Only a number that a changed rule gives to a stored call is locked later: if two instances
 * do so at once, PostgreSQL ends one of the transactions, which is retried.
 */
@Injectable()
export class CallStore {
  constructor(
    private readonly calls: CallBatchRepository,
    private readonly effects: CallEffectsService,
    private readonly references: CallReferences,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * Locks and loads the calls of these keys and the related calls of the same callers, and reads who held the extensions
   * that will be reported of them.
   * @param named the extensions; of others nothing is known
   * @throws OutdatedTransactionError when another transaction changed a number or a PBX id before the locks were held
   */
  async load(
    manager: EntityManager,
    keys: readonly CallKeys[],
    named: readonly NamedExtension[] = [],
  ): Promise<CallUnitOfWork> {
    const now = this.clock.now();
    const [found, extensions] = await pipelined([
      this.lockAndLoad(manager, keys),
      this.calls.readExtensions(manager, named),
    ]);
    let { loaded, unlocked } = found;
    // No key and no column names the number that these calls have by the present rules.
    const renumbered = unlocked.filter(({ call, storedNumber }) => call.customerNumberE164 !== storedNumber);
    if (renumbered.length > 0) {
      const theirs = renumbered.map(({ call }) => ({
        ...keysOfCall(call.id, call.startedAt ?? call.createdAt, call.externalCallId),
        number: call.customerNumberE164,
      }));
      ({ loaded, unlocked } = await this.lockAndLoad(manager, [...keys, ...theirs]));
    }
    const [outdated] = unlocked;
    if (outdated !== undefined) {
      throw new OutdatedTransactionError(
        `Call ${outdated.call.id} got a number or a PBX id that is not locked: start over`,
      );
    }
    const unitOfWork = new CallUnitOfWork(
      this.config.provider,
      now,
      loaded.map(({ call }) => call),
      extensions,
    );
    for (const { call, isLegacy } of loaded) if (isLegacy) unitOfWork.markHistorical(call);
    return unitOfWork;
  }

  /** Assigns ids to new calls, and updates the rows that refer to merged calls. */
  async assignIds(manager: EntityManager, unitOfWork: CallUnitOfWork): Promise<void> {
    unitOfWork.assignIds(await this.calls.takeIds(manager, unitOfWork.withoutId));
    await this.references.move(manager, unitOfWork.takeReferenceMoves());
  }

  /** Applies the effects of the calls, and writes every change. */
  async flush(manager: EntityManager, unitOfWork: CallUnitOfWork): Promise<void> {
    const [inputs] = await pipelined([
      this.effects.prepare(manager, unitOfWork),
      this.assignIds(manager, unitOfWork),
    ]);
    this.effects.apply(unitOfWork, inputs);
    await pipelined([this.effects.flush(manager, inputs), this.calls.flush(manager, unitOfWork)]);
    this.announceCalls(manager, unitOfWork.changes());
  }

  /** Forgets the recordings of calls whose customer is erased. Their copies are removed soon after. */
  eraseRecordings(manager: EntityManager, callIds: readonly number[]): Promise<void> {
    return this.calls.eraseRecordings(manager, callIds);
  }

  /** Marks the days of calls whose rows the transaction changes otherwise: their figures are computed again. */
  markDays(manager: EntityManager, calls: readonly Call[]): Promise<void> {
    return this.calls.markDays(manager, calls);
  }

  /** Announces calls that the transaction has changed otherwise, without their facts. */
  announce(manager: EntityManager, calls: readonly Call[]): void {
    this.announceCalls(
      manager,
      calls.map((call) => ({ id: call.id, ...audienceOf(call) })),
    );
  }

  private announceCalls(manager: EntityManager, calls: readonly ChangedCall[]): void {
    if (calls.length > 0) afterCommit(manager, () => this.feed.announce({ calls }));
  }

  /** @returns `unlocked`: calls of these keys of which another transaction may hold a lock */
  private async lockAndLoad(
    manager: EntityManager,
    keys: readonly CallKeys[],
  ): Promise<{ loaded: readonly LoadedCall[]; unlocked: readonly LoadedCall[] }> {
    const { provider } = this.config;
    const lookup = this.calls.lookupOf(provider, keys);
    const [locked, loaded] = await pipelined([
      this.calls.lock(manager, lookup),
      this.calls.load(manager, provider, lookup),
    ]);
    const unlocked = loaded.filter(({ targeted, call }) => targeted && !this.calls.isLocked(call, locked));
    return { loaded, unlocked };
  }
}

export function keysOfEvent({ externalCallId, crmCallId, customer, occurredAt }: CallEvent): CallKeys {
  return { callId: null, externalCallId, crmCallId, number: customer?.e164 ?? null, at: occurredAt };
}

/** What an event has to be stamped with. */
export function extensionsOfEvents(events: readonly CallEvent[]): NamedExtension[] {
  return events.flatMap((event) => extensionOfEvent(event) ?? []);
}

export function keysOfCall(callId: number, at: Date, externalCallId: string | null = null): CallKeys {
  return { callId, externalCallId, crmCallId: null, number: null, at };
}
