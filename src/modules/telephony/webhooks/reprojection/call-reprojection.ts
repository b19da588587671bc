import type { DataSource, EntityManager } from 'typeorm';
import type { Clock } from '../../../../common/time/clock.js';
import { isDatabaseUnavailable } from '../../../../database/database-error.js';
import { inTransaction, OutdatedTransactionError } from '../../../../database/transaction.js';
import type { CallKeys } from '../../calls/call-batch.repository.js';
import type { CallRepository, DerivableScope } from '../../calls/call.repository.js';
import { type CallStore, extensionsOfEvents, keysOfCall, keysOfEvent } from '../../calls/call-store.js';
import type { Call } from '../../calls/call.entity.js';
import { presentFacts } from '../../calls/domain/facts/earlier-facts.js';
import { project } from '../../calls/domain/facts/projection.js';
import { reprojectCalls, type StoredCall } from '../../calls/domain/reprojection/reproject-calls.js';
import { HISTORICAL_AFTER_HOURS } from '../../calls/domain/sweep-rules.js';
import { detailsOfFailure } from '../inbox/failure-details.js';
import {
  appliedFieldsOf,
  type WebhookReceiptRepository,
} from '../inbox/receipts/webhook-receipt.repository.js';
import { changesOf, type RowChange } from './row-changes.js';
import {
  isReadOtherwise,
  readReceiptsAgain,
  type ReceiptAgain,
  type ReprojectionFailure,
} from './receipts-again.js';

/** Most calls that are derived in one transaction. */
export const REPROJECTION_BATCH = 200;

export interface ReprojectionRequest {
  /** The lowest id to begin with. */
  readonly fromId: number;
  /** Also calls that are not history yet: what follows for tasks happens as after an event. */
  readonly includesRecent: boolean;
  /** Every batch is rolled back. */
  readonly isDryRun: boolean;
}

export interface ReprojectedBatch {
  /** How many calls were taken, those that failed included. */
  readonly calls: number;
  readonly lastId: number;
  /** Of the calls, and of other calls of their callers. */
  readonly changes: readonly RowChange[];
  /** How many receipts are read otherwise than when they were applied. */
  readonly receipts: number;
  readonly failures: readonly ReprojectionFailure[];
}

type BatchResult = Pick<ReprojectedBatch, 'changes' | 'receipts' | 'failures'>;

/** What {@link CallReprojection} works with. */
export interface ReprojectionParts {
  readonly dataSource: DataSource;
  readonly calls: CallRepository;
  readonly callStore: CallStore;
  readonly receipts: WebhookReceiptRepository;
  readonly clock: Clock;
  readonly rules: {
    readonly provider: string;
    readonly businessTimeZone: string;
    readonly allowsLocalRecordings: boolean;
  };
}

/** Thrown to roll back the transaction of a dry run. */
class DryRunRollback extends Error {
  constructor(readonly result: BatchResult) {
    super('This was a dry run');
  }
}

/**
 * Derives calls that stand already again, by the rules of this version, from their facts and receipts. A call that comes
 * out as it is stored is not written, so a second run changes nothing.
 */
export class CallReprojection {
  constructor(private readonly parts: ReprojectionParts) {}

  /** The calls that a request is about, up to the newest one that there is now. */
  async scopeOf({ fromId, includesRecent }: ReprojectionRequest): Promise<DerivableScope> {
    const { calls, clock, rules } = this.parts;
    const begunBefore = new Date(clock.now().getTime() - HISTORICAL_AFTER_HOURS * 3_600_000);
    return {
      provider: rules.provider,
      fromId,
      lastId: (await calls.maximum('id')) ?? 0,
      begunBefore: includesRecent ? null : begunBefore,
    };
  }

  count(scope: DerivableScope): Promise<number> {
    return this.parts.calls.countDerivable(scope);
  }

  /**
   * Batch by batch, each in a transaction of its own.
   * @throws when the database is unavailable; the batches before are committed
   */
  async *run(scope: DerivableScope, isDryRun: boolean): AsyncGenerator<ReprojectedBatch> {
    let { fromId } = scope;
    for (;;) {
      const ids = await this.parts.calls.findDerivable({ ...scope, fromId }, REPROJECTION_BATCH);
      const lastId = ids.at(-1);
      if (lastId === undefined) return;
      yield { calls: ids.length, lastId, ...(await this.reprojectOrIsolate(ids, isDryRun)) };
      fromId = lastId + 1;
    }
  }

  /** A call that cannot be derived or written must not hold up the others of its batch. */
  private async reprojectOrIsolate(ids: readonly number[], isDryRun: boolean): Promise<BatchResult> {
    try {
      return await this.reproject(ids, isDryRun);
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      const [callId, ...others] = ids;
      if (callId !== undefined && others.length === 0) {
        const reason = detailsOfFailure(error)
          .map(({ problem }) => problem)
          .join(', ');
        return { changes: [], receipts: 0, failures: [{ callId, reason }] };
      }
      const results: BatchResult[] = [];
      for (const id of ids) results.push(await this.reprojectOrIsolate([id], isDryRun));
      return {
        changes: results.flatMap(({ changes }) => changes),
        receipts: results.reduce((sum, { receipts }) => sum + receipts, 0),
        failures: results.flatMap(({ failures }) => failures),
      };
    }
  }

  private async reproject(ids: readonly number[], isDryRun: boolean): Promise<BatchResult> {
    try {
      return await inTransaction(this.parts.dataSource, async (manager) => {
        const result = await this.write(manager, ids);
        if (isDryRun) throw new DryRunRollback(result);
        return result;
      });
    } catch (error) {
      if (error instanceof DryRunRollback) return error.result;
      throw error;
    }
  }

  private async write(manager: EntityManager, ids: readonly number[]): Promise<BatchResult> {
    const { callStore, rules } = this.parts;
    const calls = manager.withRepository(this.parts.calls);
    const receipts = manager.withRepository(this.parts.receipts);
    const found = await calls.findByIds(ids);
    const { again, failures } = readReceiptsAgain(await receipts.appliedTo(ids), rules);
    const failed = new Set(failures.map(({ callId }) => callId));
    const derived = found.filter(hasFacts).filter(({ id }) => !failed.has(id));
    const eventsOf = ({ id }: Call): readonly ReceiptAgain[] => again.get(id) ?? [];

    const keys = derived.flatMap((call) => keysOf(call, eventsOf(call)));
    if (keys.length === 0) return { changes: [], receipts: 0, failures };
    const events = derived.flatMap(eventsOf).map(({ event }) => event);
    const unitOfWork = await callStore.load(manager, keys, extensionsOfEvents(events));
    const rows = await calls.findByIds([...unitOfWork.all()].map(({ id }) => id));
    assertUnchanged(derived, rows);

    const assignments = reprojectCalls(
      unitOfWork,
      derived.map((stored) => ({ stored, events: eventsOf(stored) })),
    );
    const readOtherwise = derived.flatMap(eventsOf).filter(isReadOtherwise);
    // Before the flush: it moves receipts by the times of their events.
    for (const { receiptId, applied, reread } of readOtherwise) {
      const { callId } = applied;
      await receipts.markApplied(receiptId, { ...appliedFieldsOf({ ...reread, callId }), decision: null });
    }
    await callStore.flush(manager, unitOfWork);
    for (const [receiptId, { callId }] of assignments) await receipts.update({ id: receiptId }, { callId });
    return { changes: changesOf(unitOfWork, rows), receipts: readOtherwise.length, failures };
  }
}

function hasFacts(call: Call): call is StoredCall {
  return call.facts !== null;
}

/**
 * The keys of a call, with the number that its facts have by the rules of this version, and the keys that its events name
 * now and did not name before.
 */
function keysOf(call: StoredCall, events: readonly ReceiptAgain[]): CallKeys[] {
  const { id, externalCallId, facts, startedAt, createdAt } = call;
  const number = project(presentFacts(facts)).customerNumberE164;
  const own = { ...keysOfCall(id, startedAt ?? createdAt, externalCallId), number };
  const named = events.map(({ event }) => keysOfEvent(event));
  const others = named.filter(
    (keys) => keys.externalCallId !== externalCallId || (keys.number !== null && keys.number !== number),
  );
  return [own, ...others];
}

/** The receipts were read before the calls were locked: an event may have come in between. */
function assertUnchanged(found: readonly Call[], locked: readonly Call[]): void {
  const versions = new Map(locked.map(({ id, version }) => [id, version]));
  for (const { id, version } of found) {
    if (versions.get(id) !== version) {
      throw new OutdatedTransactionError(`Call ${id} changed before it was locked: start over`);
    }
  }
}
