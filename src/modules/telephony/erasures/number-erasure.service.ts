import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { DomainError } from '../../../common/errors/domain-error.js';
import { readPhoneNumber } from '../../../common/phone-number.js';
import { inTransaction } from '../../../database/transaction.js';
import { AuditService } from '../../audit/audit.service.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { CallTasksService } from '../../crm/call-tasks/call-tasks.service.js';
import { CallRepository } from '../calls/call.repository.js';
import { CallStore, keysOfCall } from '../calls/call-store.js';
import { isOver } from '../calls/domain/call-vocabulary.js';
import { erasedColumns } from '../calls/domain/erased-call.js';
import { ReceiptErasure } from '../webhooks/inbox/receipts/receipt-erasure.js';
import { WebhookReceiptRepository } from '../webhooks/inbox/receipts/webhook-receipt.repository.js';

/** Rows per transaction, so that each transaction is short: a receipt may have 64 KiB. */
const BATCH = 50;

export interface ErasureRequest {
  /** In any writing. */
  readonly number: string;
  /** Counts, and changes nothing. */
  readonly dryRun: boolean;
}

/** How many rows were erased, or would be in a dry run. */
export interface ErasureCounts {
  readonly calls: number;
  /** Calls of the number that are not over: they are left as they are, because their events would bring the number back. */
  readonly callsInProgress: number;
  readonly receipts: number;
  readonly tasks: number;
}

const NOTHING: ErasureCounts = { calls: 0, callsInProgress: 0, receipts: 0, tasks: 0 };

/** Removes a customer's number, and what names the customer, on request. Rows keep their figures. */
@Injectable()
export class NumberErasure {
  constructor(
    private readonly dataSource: DataSource,
    private readonly calls: CallRepository,
    private readonly callStore: CallStore,
    private readonly receipts: WebhookReceiptRepository,
    private readonly tasks: CallTasksService,
    private readonly audit: AuditService,
  ) {}

  /**
   * Idempotent: what was interrupted is completed by the same request. Each batch is a transaction and is recorded in it.
   * @param by null: an operator at the command line
   * @throws DomainError NUMBER_INVALID
   */
  async erase(by: AgentIdentity | null, { number, dryRun }: ErasureRequest): Promise<ErasureCounts> {
    const e164 = onlyNumberIn(number);
    const run = (work: (manager: EntityManager) => Promise<Partial<ErasureCounts>>) =>
      inTransaction(this.dataSource, async (manager) => {
        const counts = { ...NOTHING, ...(await work(manager)) };
        if (!dryRun) await this.record(manager, by, counts);
        return counts;
      });
    let total = await run((manager) => this.eraseTasks(manager, e164, dryRun));
    for (const ids of batchesOf(await this.calls.idsOfNumber(e164))) {
      total = sumOf(total, await run((manager) => this.eraseCalls(manager, ids, e164, dryRun)));
    }
    for (const ids of batchesOf(await this.receipts.idsWithoutCall())) {
      total = sumOf(
        total,
        await run(async (manager) => {
          const receipts = manager.withRepository(this.receipts);
          const erasure = new ReceiptErasure(receipts, e164, by?.userId ?? null, dryRun);
          return { receipts: await erasure.naming(ids) };
        }),
      );
    }
    return total;
  }

  private async eraseTasks(manager: EntityManager, e164: string, dryRun: boolean) {
    return { tasks: await this.tasks.eraseCustomer(manager, e164, dryRun) };
  }

  private async eraseCalls(manager: EntityManager, ids: readonly number[], e164: string, dryRun: boolean) {
    const calls = manager.withRepository(this.calls);
    const receipts = new ReceiptErasure(manager.withRepository(this.receipts), e164, null, dryRun);
    const keys = (await calls.findByIds(ids)).map(({ id, startedAt, createdAt, externalCallId }) =>
      keysOfCall(id, startedAt ?? createdAt, externalCallId),
    );
    // For its locks: from here on no event changes these calls.
    const { now } = await this.callStore.load(manager, keys);
    const found = await calls.findByIds(ids);
    const over = found.filter(({ status }) => isOver(status));
    if (!dryRun) {
      for (const call of over) await calls.erase(call.id, erasedColumns(call, e164, now));
    }
    return {
      calls: over.length,
      callsInProgress: found.length - over.length,
      receipts: await receipts.ofCalls(over.map(({ id }) => id)),
    };
  }

  private async record(manager: EntityManager, agent: AgentIdentity | null, counts: ErasureCounts) {
    const { calls, receipts, tasks } = counts;
    if (calls + receipts + tasks === 0) return;
    const subject = `calls:${calls} receipts:${receipts} tasks:${tasks}`;
    await this.audit.record(manager, { agent, action: 'number.erase', subject });
  }
}

function onlyNumberIn(written: string): string {
  const number = readPhoneNumber(written);
  if (number.kind === 'number' && number.others.length === 0) return number.e164;
  throw new DomainError('NUMBER_INVALID', 'Give one complete telephone number, such as 01712345678', [
    { field: 'number', problem: 'must be one complete telephone number' },
  ]);
}

function* batchesOf<Id>(ids: readonly Id[]): Generator<readonly Id[]> {
  for (let start = 0; start < ids.length; start += BATCH) yield ids.slice(start, start + BATCH);
}

function sumOf(one: ErasureCounts, other: ErasureCounts): ErasureCounts {
  return {
    calls: one.calls + other.calls,
    callsInProgress: one.callsInProgress + other.callsInProgress,
    receipts: one.receipts + other.receipts,
    tasks: one.tasks + other.tasks,
  };
}
