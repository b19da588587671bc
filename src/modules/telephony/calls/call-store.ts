import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/clock.js';
import { AppConfig } from '../../../config/app-config.js';
import type { SqlSession } from '../../../database/sql-session.js';
import { OutdatedTransactionError } from '../../../database/transaction.js';
import { CustomersService } from '../../crm/customers/customers.service.js';
import { CallTasksService } from '../../crm/call-tasks/call-tasks.service.js';
import { WebhookReceiptRepository } from '../webhooks/inbox/receipts/webhook-receipt.repository.js';
import { CallUnitOfWork } from './domain/call-unit-of-work.js';
import { CallEffectsService } from './call-effects.service.js';
import type { CallEvent } from './domain/call-event.js';
import { CallRepository, lookupOf, type CallKeys } from './call.repository.js';

/**
 * The one place through which calls are written: a unit of work of calls is opened under their locks, `apply-event.ts` writes
 * in it, and it is closed: what the calls cause is carried out, and everything that changed is stored.
 *
 * Locks are taken once, in one order, on callers and on the PBX's ids: instances do not wait for each other in a circle.
 */
@Injectable()
export class CallStore {
  constructor(
    private readonly calls: CallRepository,
    private readonly customers: CustomersService,
    private readonly effects: CallEffectsService,
    private readonly tasks: CallTasksService,
    private readonly receipts: WebhookReceiptRepository,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * Locks whoever can be meant and opens the unit of work of their calls.
   * @throws OutdatedTransactionError when a caller became known between the look at who to lock and the locks
   */
  async load(session: SqlSession, mentions: readonly CallKeys[]): Promise<CallUnitOfWork> {
    const { provider } = this.config.telephony;
    const now = this.clock.now();
    const callers = callersOf(mentions);
    const lookUp = lookupOf(provider, mentions);
    const [locked, loaded, customers] = await Promise.all([
      this.calls.lock(session, lookUp),
      this.calls.load(session, lookUp),
      // Whom an event names is new, nearly always: asked for with the rest, he costs no way of his own.
      this.customers.findByNumbers(session, callers),
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
    unitOfWork.setCustomers(callers, customers);
    return unitOfWork;
  }

  /** Gives the calls that were opened their ids, and sends which receipts are another call's now. */
  async assignIds(session: SqlSession, unitOfWork: CallUnitOfWork): Promise<void> {
    unitOfWork.assignIds(await this.calls.takeIds(session, unitOfWork.withoutId));
    this.receipts.moveReferences(session, unitOfWork.takeReferenceMoves());
  }

  /** Sends what has to be written; the end of the transaction tells whether it was. */
  async flush(session: SqlSession, unitOfWork: CallUnitOfWork): Promise<void> {
    const [tasks] = await Promise.all([
      this.effects.prepare(session, unitOfWork),
      this.assignIds(session, unitOfWork),
    ]);
    this.effects.apply(unitOfWork, tasks);
    if (tasks !== null) this.tasks.flush(session, tasks);
    this.calls.write(session, unitOfWork);
  }
}

/** Whom an event can be about. */
export function keysOfEvent({ externalCallId, crmCallId, customer, occurredAt }: CallEvent): CallKeys {
  return { callId: null, externalCallId, crmCallId, number: customer?.e164 ?? null, at: occurredAt };
}

/** A row that is known by its own id. */
export function keysOfCall(callId: number, at: Date, externalCallId: string | null = null): CallKeys {
  return { callId, externalCallId, crmCallId: null, number: null, at };
}

function callersOf(mentions: readonly CallKeys[]): Set<string> {
  return new Set(mentions.map(({ number }) => number).filter((number) => number !== null));
}
