import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource, type EntityManager } from 'typeorm';
import { telephonyConfig } from '../../../../../config/namespaces/telephony.config.js';
import type { ErrorCode } from '../../../../../common/errors/error-code.js';
import { inTransaction } from '../../../../../database/transaction.js';
import type { AgentIdentity } from '../../../../auth/agent-identity.js';
import { AuditService } from '../../../../audit/audit.service.js';
import { CallStore, extensionsOfEvents, keysOfEvent } from '../../../calls/call-store.js';
import type { Call } from '../../../calls/call.entity.js';
import { CallRepository } from '../../../calls/call.repository.js';
import { applyEvent } from '../../../calls/domain/apply-event.js';
import type { CallUnitOfWork } from '../../../calls/domain/call-unit-of-work.js';
import { changesOf, type RowChange } from '../../reprojection/row-changes.js';
import { readDelivery } from '../webhook-delivery.js';
import { REPLAYABLE_OUTCOMES, type WebhookReceipt } from './webhook-receipt.entity.js';
import { appliedFieldsOf, WebhookReceiptRepository } from './webhook-receipt.repository.js';

export const REPLAY_RESULTS = ['applied', 'refused', 'settled'] as const;

/**
 * Result of a replay. applied: the event was applied to its call, or would be in a dry run; refused: the event still does
 * not match the contract; settled: the receipt was already applied or discarded.
 */
export interface Replay {
  readonly result: (typeof REPLAY_RESULTS)[number];
  /** The call of the event; null if it was refused or discarded, or if a dry run would create a new call. */
  readonly callId: number | null;
  /** Why it was refused. */
  readonly details: WebhookReceipt['errorDetails'];
  /** Of a dry run: how rows of calls would change. */
  readonly changes?: readonly RowChange[];
}

/** Who asks for a replay. */
export interface ReplayRequest {
  readonly agent: AgentIdentity;
  readonly reason: string | null;
}

/** Code of the audit for a replay that had no effect. */
const REFUSAL_CODES: Readonly<Partial<Record<Replay['result'], ErrorCode>>> = {
  refused: 'WEBHOOK_INVALID',
  settled: 'RECEIPT_ALREADY_SETTLED',
};

/** `error_code` of the receipt of a recording that may be of several calls. */
export const AMBIGUOUS_RECORDING_CODE = 'RECORDING_AMBIGUOUS';

export const AMBIGUOUS_RECORDING = {
  field: 'bracknet_call_id',
  problem: 'was the id of several calls, and the recording may be of more than one of them',
};

const UNKNOWN_EVENT = { field: 'event', problem: 'names an event that nobody knows' };

/** Thrown to roll back the transaction of a dry run. */
class DryRunRollback extends Error {
  constructor(readonly replay: Replay) {
    super('This was a dry run');
  }
}

/** Applies stored receipts again: the body is parsed anew, with the original time of receipt. */
@Injectable()
export class ReceiptReplay {
  constructor(
    private readonly dataSource: DataSource,
    private readonly callStore: CallStore,
    private readonly calls: CallRepository,
    private readonly receipts: WebhookReceiptRepository,
    private readonly audit: AuditService,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * @param request null: an automatic retry
   * @throws any error of applying the event; the transaction is rolled back
   */
  replay(id: string, request: ReplayRequest | null): Promise<Replay> {
    return inTransaction(this.dataSource, async (manager) => {
      const { isNewCall: _isNewCall, ...replay } = await this.apply(manager, id, request);
      if (request !== null) await this.record(manager, id, request.agent, replay);
      return replay;
    });
  }

  private async record(
    manager: EntityManager,
    id: string,
    agent: AgentIdentity,
    { result }: Replay,
  ): Promise<void> {
    const act = { agent, action: 'receipt.replay', subject: `receipt:${id}` } as const;
    const code = REFUSAL_CODES[result];
    if (code === undefined) await this.audit.record(manager, act);
    else await this.audit.recordRefused(manager, act, code);
  }

  /** Runs {@link replay} and rolls it back. */
  async dryRun(id: string): Promise<Replay> {
    try {
      return await inTransaction(this.dataSource, async (manager) => {
        const { isNewCall, ...replay } = await this.apply(manager, id, 'dry-run');
        throw new DryRunRollback(isNewCall ? { ...replay, callId: null } : replay);
      });
    } catch (error) {
      if (error instanceof DryRunRollback) return error.replay;
      throw error;
    }
  }

  private async apply(
    manager: EntityManager,
    id: string,
    request: ReplayRequest | 'dry-run' | null,
  ): Promise<Replay & { isNewCall?: boolean }> {
    const receipts = manager.withRepository(this.receipts);
    const receipt = await receipts.lockById(id);
    if (receipt === null || !REPLAYABLE_OUTCOMES.some((outcome) => outcome === receipt.outcome)) {
      return { result: 'settled', callId: receipt?.callId ?? null, details: null };
    }
    const { route, body, sourceAddress, keyId, receivedAt, provider } = receipt;
    const { businessTimeZone, allowsLocalRecordings } = this.config;
    const { read, receipt: reread } = readDelivery(
      { route, body, sourceAddress, keyId, signedId: receipt.deliveryId },
      // A body that names no event is that of its address: it was accepted, or a supervisor has looked at the receipt.
      { provider, receivedAt, timeZone: businessTimeZone, allowsLocalRecordings },
    );
    if (read.kind !== 'event') {
      const details = read.kind === 'refused' ? read.details : [UNKNOWN_EVENT];
      return { result: 'refused', callId: null, details };
    }
    const { event } = read;
    const named = extensionsOfEvents([event]);
    const unitOfWork = await this.callStore.load(manager, [keysOfEvent(event)], named);
    const assignment = applyEvent(unitOfWork, event);
    if (assignment === null) return { result: 'refused', callId: null, details: [AMBIGUOUS_RECORDING] };
    const isNewCall = assignment.callId < 0;
    const rows = request === 'dry-run' ? await this.rowsOf(manager, unitOfWork) : null;
    await this.callStore.flush(manager, unitOfWork);
    const { callId } = assignment;
    const decision =
      request !== null && request !== 'dry-run'
        ? { userId: request.agent.userId, reason: request.reason }
        : null;
    await receipts.markApplied(id, { ...appliedFieldsOf({ ...reread, callId }), decision });
    if (assignment.isErased) await receipts.eraseBodies([receipt]);
    const changes = rows === null ? {} : { changes: changesOf(unitOfWork, rows) };
    return { result: 'applied', callId, details: null, isNewCall, ...changes };
  }

  /** The loaded calls as they are stored. */
  private rowsOf(manager: EntityManager, unitOfWork: CallUnitOfWork): Promise<Call[]> {
    const ids = [...unitOfWork.all()].map(({ id }) => id).filter((id) => id > 0);
    return manager.withRepository(this.calls).findByIds(ids);
  }
}
