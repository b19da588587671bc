import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/clock.js';
import { AppConfig } from '../../../config/app-config.js';
import type { SqlSession } from '../../../database/sql-session.js';
import { OutdatedTransaction } from '../../../database/transaction.js';
import { CustomersService } from '../../crm/customers/customers.service.js';
import { CallTasksService } from '../../crm/call-tasks/call-tasks.service.js';
import { WebhookReceiptRepository } from '../webhooks/webhook-receipt.repository.js';
import { CallBook } from './call-book.js';
import { CallConsequences } from './call-consequences.js';
import type { CallEvent } from './call-event.js';
import { CallRepository, lookUpOf, type Mention } from './call.repository.js';

/**
 * The one place through which calls are written: a book of calls is opened under their locks, `call-recording.ts` writes
 * in it, and it is closed: what the calls cause is carried out, and everything that changed is stored.
 *
 * Locks are taken once, in one order, on callers and on the PBX's ids: instances do not wait for each other in a circle.
 */
@Injectable()
export class CallLedger {
  constructor(
    private readonly calls: CallRepository,
    private readonly customers: CustomersService,
    private readonly consequences: CallConsequences,
    private readonly tasks: CallTasksService,
    private readonly receipts: WebhookReceiptRepository,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * Locks whoever can be meant and opens the book of their calls.
   * @throws OutdatedTransaction when a caller became known between the look at who to lock and the locks
   */
  async open(session: SqlSession, mentions: readonly Mention[]): Promise<CallBook> {
    const { provider } = this.config.telephony;
    const now = this.clock.now();
    const callers = callersIn(mentions);
    const lookUp = lookUpOf(provider, mentions);
    const [locked, loaded, customers] = await Promise.all([
      this.calls.lock(session, lookUp),
      this.calls.load(session, lookUp),
      // Whom an event names is new, nearly always: asked for with the rest, he costs no way of his own.
      this.customers.findByNumbers(session, callers),
    ]);
    for (const { targeted, call } of loaded) {
      if (targeted && !this.calls.isLocked(call, locked)) {
        throw new OutdatedTransaction('A caller has become known since: start over, and lock him first');
      }
    }
    const book = new CallBook(
      provider,
      now,
      loaded.map(({ call }) => call),
    );
    for (const { call, isFormer } of loaded) if (isFormer) book.shelve(call);
    book.recognise(callers, customers);
    return book;
  }

  /** Gives the calls that were opened their ids, and sends which receipts are another call's now. */
  async number(session: SqlSession, book: CallBook): Promise<void> {
    book.number(await this.calls.takeIds(session, book.unnumbered));
    this.receipts.move(session, book.takeReceiptMoves());
  }

  /** Sends what has to be written; the end of the transaction tells whether it was. */
  async close(session: SqlSession, book: CallBook): Promise<void> {
    const [tasks] = await Promise.all([this.consequences.prepare(session, book), this.number(session, book)]);
    this.consequences.carryOut(book, tasks);
    if (tasks !== null) this.tasks.close(session, tasks);
    this.calls.write(session, book);
  }
}

/** Whom an event can be about. */
export function mentionOf({ externalCallId, crmCallId, customer, occurredAt }: CallEvent): Mention {
  return { callId: null, externalCallId, crmCallId, number: customer?.e164 ?? null, at: occurredAt };
}

/** A row that is known by its own id. */
export function mentionOfCall(callId: number, at: Date, externalCallId: string | null = null): Mention {
  return { callId, externalCallId, crmCallId: null, number: null, at };
}

function callersIn(mentions: readonly Mention[]): Set<string> {
  return new Set(mentions.map(({ number }) => number).filter((number) => number !== null));
}
