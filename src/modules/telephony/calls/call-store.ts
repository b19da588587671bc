import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../../common/time/clock.js';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { OutdatedTransactionError, pipelined } from '../../../database/transaction.js';
import { CallBatchRepository, type CallKeys } from './call-batch.repository.js';
import { CallEffectsService } from './call-effects.service.js';
import { CallReferences } from './call-references.js';
import type { CallEvent } from './domain/call-event.js';
import { CallUnitOfWork } from './domain/call-unit-of-work.js';

/**
 * The one place through which the facts of calls are written: a unit of work is loaded under locks, the rules of the
 * domain change it, and it is flushed: the effects of the calls are carried out, and everything that changed is stored.
 *
 * Locks are taken once, in one order, on callers and on the PBX's ids: instances do not wait for each other in a circle.
 */
@Injectable()
export class CallStore {
  constructor(
    private readonly calls: CallBatchRepository,
    private readonly effects: CallEffectsService,
    private readonly references: CallReferences,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * Locks whatever the keys can be about, and loads those calls and the others of the same callers.
   * @throws OutdatedTransactionError when a caller became known between the look at what to lock and the locks
   */
  async load(manager: EntityManager, keys: readonly CallKeys[]): Promise<CallUnitOfWork> {
    const { provider } = this.config;
    const now = this.clock.now();
    const lookup = this.calls.lookupOf(provider, keys);
    const [locked, loaded] = await pipelined([
      this.calls.lock(manager, lookup),
      this.calls.load(manager, provider, lookup),
    ]);
    for (const { targeted, call } of loaded) {
      if (targeted && !this.calls.isLocked(call, locked)) {
        throw new OutdatedTransactionError('A caller has become known since: start over, and lock him first');
      }
    }
    const unitOfWork = new CallUnitOfWork(
      provider,
      now,
      loaded.map(({ call }) => call),
    );
    for (const { call, isFormer } of loaded) if (isFormer) unitOfWork.markHistorical(call);
    return unitOfWork;
  }

  /** Gives new calls their ids, and lets the rows that refer to moved calls follow. */
  async assignIds(manager: EntityManager, unitOfWork: CallUnitOfWork): Promise<void> {
    unitOfWork.assignIds(await this.calls.takeIds(manager, unitOfWork.withoutId));
    await this.references.move(manager, unitOfWork.takeReferenceMoves());
  }

  /** Carries out the effects of the calls, and writes whatever changed. */
  async flush(manager: EntityManager, unitOfWork: CallUnitOfWork): Promise<void> {
    const [inputs] = await pipelined([
      this.effects.prepare(manager, unitOfWork),
      this.assignIds(manager, unitOfWork),
    ]);
    this.effects.apply(unitOfWork, inputs);
    await pipelined([this.effects.flush(manager, inputs), this.calls.flush(manager, unitOfWork)]);
  }
}

/** By what the call of an event can be found. */
export function keysOfEvent({ externalCallId, crmCallId, customer, occurredAt }: CallEvent): CallKeys {
  return { callId: null, externalCallId, crmCallId, number: customer?.e164 ?? null, at: occurredAt };
}

/** A row that is known by its own id. */
export function keysOfCall(callId: number, at: Date, externalCallId: string | null = null): CallKeys {
  return { callId, externalCallId, crmCallId: null, number: null, at };
}
