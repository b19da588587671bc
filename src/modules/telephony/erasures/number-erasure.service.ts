import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { DomainError } from '../../../common/errors/domain-error.js';
import { readPhoneNumber } from '../../../common/phone-number.js';
import { inTransaction } from '../../../database/transaction.js';
import { type Act, AuditService } from '../../audit/audit.service.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { CustomerErasure } from '../../crm/erasure/customer-erasure.service.js';
import type { Call } from '../calls/call.entity.js';
import { CallRepository } from '../calls/call.repository.js';
import { CallStore, keysOfCall } from '../calls/call-store.js';
import { CallNote } from '../calls/notes/call-note.entity.js';
import { CallNoteRepository } from '../calls/notes/call-note.repository.js';
import { isOver } from '../calls/domain/call-vocabulary.js';
import { erasedColumns } from '../calls/domain/erased-call.js';
import { ReceiptErasure } from '../webhooks/inbox/receipts/receipt-erasure.js';
import { WebhookReceiptRepository } from '../webhooks/inbox/receipts/webhook-receipt.repository.js';

/** Rows per transaction, so that each transaction is short: a receipt may have 64 KiB. */
const BATCH = 50;

/** Ids of receipts that are read at once. */
const PAGE = 500;

export interface ErasureRequest {
  /** In any writing. */
  readonly number: string;
  /** Counts, and changes nothing. */
  readonly dryRun: boolean;
  /** Receipts in no call are examined after this id, see {@link ErasureResult.lastReceiptId}; all unless given. */
  readonly afterReceiptId?: string | undefined;
}

/** How many rows were erased, or would be in a dry run. */
export interface ErasureCounts {
  readonly calls: number;
  /** Calls of the number that are not over: they are left as they are, because their events would bring the number back. */
  readonly callsInProgress: number;
  readonly receipts: number;
  readonly tasks: number;
}

export interface ErasureResult extends ErasureCounts {
  /** false: it was stopped, and the same request goes on. */
  readonly complete: boolean;
  /** The receipt in no call that was examined last, if the erasure is not complete and has come so far; else null. */
  readonly lastReceiptId: string | null;
}

const NOTHING: ErasureCounts = { calls: 0, callsInProgress: 0, receipts: 0, tasks: 0 };

/** What is done in one transaction. */
interface Batch extends Partial<ErasureCounts> {
  /** Ids of the receipts that were discarded. */
  readonly discarded?: readonly string[];
}

/** An erasure of one number. */
interface Erasure {
  readonly by: AgentIdentity | null;
  readonly e164: string;
  readonly dryRun: boolean;
}

/** Removes a customer's number, and what names the customer, on request. Rows keep their figures. */
@Injectable()
export class NumberErasure {
  constructor(
    private readonly dataSource: DataSource,
    private readonly calls: CallRepository,
    private readonly callStore: CallStore,
    private readonly receipts: WebhookReceiptRepository,
    private readonly customer: CustomerErasure,
    private readonly audit: AuditService,
  ) {}

  /**
   * Idempotent: what was interrupted is completed by the same request. Each batch is a transaction and is recorded in it; a
   * dry run has no transaction and takes no locks.
   * @param by null: an operator at the command line
   * @param signal when it is aborted, no further batch begins
   * @throws DomainError NUMBER_INVALID
   */
  async erase(
    by: AgentIdentity | null,
    { number, dryRun, afterReceiptId }: ErasureRequest,
    signal?: AbortSignal,
  ): Promise<ErasureResult> {
    // The refused text may be a number that is written in an unusual way: the subject does not repeat it.
    const act: Act = { agent: by, action: 'number.erase', subject: 'number' };
    const e164 = await this.audit.recordingRefusals(act, async () => onlyNumberIn(number));
    const erasure = { by, e164, dryRun };
    let lastReceiptId = afterReceiptId ?? null;
    let total = await this.run(erasure, (manager) => this.eraseCustomer(manager, erasure));
    for (const ids of batchesOf(await this.calls.idsOfNumber(e164))) {
      if (signal?.aborted === true) return { ...total, complete: false, lastReceiptId };
      total = sumOf(total, await this.run(erasure, (manager) => this.eraseCalls(manager, ids, erasure)));
    }
    for await (const ids of this.batchesWithoutCall(lastReceiptId)) {
      if (signal?.aborted === true) return { ...total, complete: false, lastReceiptId };
      total = sumOf(
        total,
        await this.run(erasure, (manager) => this.receiptErasure(manager, erasure).naming(ids)),
      );
      lastReceiptId = ids.at(-1) ?? lastReceiptId;
    }
    return { ...total, complete: true, lastReceiptId: null };
  }

  private async run(
    { by, dryRun }: Erasure,
    work: (manager: EntityManager) => Promise<Batch>,
  ): Promise<ErasureCounts> {
    if (dryRun) return sumOf(NOTHING, await work(this.dataSource.manager));
    return inTransaction(this.dataSource, async (manager) => {
      const { discarded = [], ...counts } = await work(manager);
      const done = sumOf(NOTHING, counts);
      await this.record(manager, by, done);
      await this.audit.recordAll(
        manager,
        discarded.map((id) => ({ agent: by, action: 'receipt.discard', subject: `receipt:${id}` })),
      );
      return done;
    });
  }

  private async eraseCustomer(manager: EntityManager, { e164, dryRun }: Erasure): Promise<Batch> {
    return { tasks: await this.customer.erase(manager, e164, dryRun) };
  }

  private async eraseCalls(manager: EntityManager, ids: readonly number[], erasure: Erasure): Promise<Batch> {
    const calls = manager.withRepository(this.calls);
    const now = erasure.dryRun ? null : await this.lock(manager, await calls.findByIds(ids));
    const found = await calls.findByIds(ids);
    const over = found.filter(({ status }) => isOver(status));
    if (now !== null) {
      for (const call of over) await calls.erase(call.id, erasedColumns(call, erasure.e164, now));
      await this.callStore.eraseRecordings(
        manager,
        over.map(({ id }) => id),
      );
      await notesIn(manager).erase(over.map(({ id }) => id));
      // Without its number a call no longer makes up for a miss, nor has a miss calls that make up for it.
      await this.callStore.markDays(manager, over);
      this.callStore.announce(manager, over);
    }
    return {
      calls: over.length,
      callsInProgress: found.length - over.length,
      ...(await this.receiptErasure(manager, erasure).ofCalls(over.map(({ id }) => id))),
    };
  }

  /** Keeps events from changing these calls until the transaction ends. @returns the time */
  private async lock(manager: EntityManager, calls: readonly Call[]): Promise<Date> {
    const keys = calls.map(({ id, startedAt, createdAt, externalCallId }) =>
      keysOfCall(id, startedAt ?? createdAt, externalCallId),
    );
    const { now } = await this.callStore.load(manager, keys);
    return now;
  }

  private async *batchesWithoutCall(afterId: string | null): AsyncGenerator<readonly string[]> {
    let last = afterId ?? '0';
    for (;;) {
      const ids = await this.receipts.idsWithoutCall(last, PAGE);
      yield* batchesOf(ids);
      if (ids.length < PAGE) return;
      last = ids.at(-1) ?? last;
    }
  }

  private receiptErasure(manager: EntityManager, { by, e164, dryRun }: Erasure): ReceiptErasure {
    return new ReceiptErasure(manager.withRepository(this.receipts), e164, by?.userId ?? null, dryRun);
  }

  private async record(manager: EntityManager, agent: AgentIdentity | null, counts: ErasureCounts) {
    const { calls, receipts, tasks } = counts;
    if (calls + receipts + tasks === 0) return;
    const subject = `calls:${calls} receipts:${receipts} tasks:${tasks}`;
    await this.audit.record(manager, { agent, action: 'number.erase', subject });
  }
}

/** Without state of its own, and used in the transaction alone. */
function notesIn(manager: EntityManager): CallNoteRepository {
  return new CallNoteRepository(CallNote, manager);
}

function onlyNumberIn(written: string): string {
  const number = readPhoneNumber(written);
  if (number.kind === 'number' && number.others.length === 0) return number.e164;
  throw new DomainError('NUMBER_INVALID', 'Give one complete telephone number, such as 01712345678', [
    { field: 'number', problem: 'must be one complete telephone number', rule: 'form' },
  ]);
}

function* batchesOf<Id>(ids: readonly Id[]): Generator<readonly Id[]> {
  for (let start = 0; start < ids.length; start += BATCH) yield ids.slice(start, start + BATCH);
}

function sumOf(total: ErasureCounts, batch: Partial<ErasureCounts>): ErasureCounts {
  return {
    calls: total.calls + (batch.calls ?? 0),
    callsInProgress: total.callsInProgress + (batch.callsInProgress ?? 0),
    receipts: total.receipts + (batch.receipts ?? 0),
    tasks: total.tasks + (batch.tasks ?? 0),
  };
}
