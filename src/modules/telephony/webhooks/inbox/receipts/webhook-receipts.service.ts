import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { telephonyConfig } from '../../../../../config/namespaces/telephony.config.js';
import { spanOf } from '../../../../../common/http/cursor-query.js';
import { cursorOf } from '../../../../../common/http/list-position.js';
import { DomainError } from '../../../../../common/errors/domain-error.js';
import { inTransaction } from '../../../../../database/transaction.js';
import { type Act, AuditService } from '../../../../audit/audit.service.js';
import type { AgentIdentity } from '../../../../auth/agent-identity.js';
import {
  maskDetails,
  type ReplayReceiptRequest,
  type ReplayReceiptResponse,
  toRowChanges,
  toWebhookReceiptDetailDto,
  toWebhookReceiptDto,
  type WebhookReceiptDetailDto,
  type WebhookReceiptDto,
  type WebhookReceiptListDto,
  type WebhookReceiptListQuery,
} from './webhook-receipt.dto.js';
import { ReceiptReplay } from './receipt-replay.js';
import { ReceiptSearch } from './receipt-search.js';
import type { WebhookReceipt } from './webhook-receipt.entity.js';
import { WebhookReceiptRepository } from './webhook-receipt.repository.js';

/** Use cases of supervisors: search, view, replay and discard receipts. */
@Injectable()
export class WebhookReceiptsService {
  private readonly logger = new Logger(WebhookReceiptsService.name);

  constructor(
    private readonly search: ReceiptSearch,
    private readonly receipts: WebhookReceiptRepository,
    private readonly receiptReplay: ReceiptReplay,
    private readonly dataSource: DataSource,
    private readonly audit: AuditService,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * Newest first.
   * @throws DomainError VALIDATION_FAILED
   */
  async list(query: WebhookReceiptListQuery): Promise<WebhookReceiptListDto> {
    const { outcome, errorCode, sourceAddress, event, externalCallId, callId, limit } = query;
    const { items, next } = await this.search.page(
      {
        outcomes: outcome && [...new Set(outcome)],
        errorCode,
        sourceAddress,
        eventType: event,
        externalCallId,
        callId,
        ...spanOf(query, this.config.businessTimeZone),
      },
      limit,
    );
    return { items: items.map(toWebhookReceiptDto), nextCursor: next && cursorOf(next) };
  }

  /** The receipts of a call, in order of receipt, with numbers in full: that the agent looked at them is recorded. */
  async ofCall(agent: AgentIdentity, callId: number): Promise<WebhookReceipt[]> {
    const found = await inTransaction(this.dataSource, async (manager) => {
      await this.audit.record(manager, { agent, action: 'number.view', subject: `call:${callId}` });
      return manager.withRepository(this.receipts).ofCall(callId);
    });
    const ids = { call: callId, user: agent.userId };
    this.logger.log('The receipts of a call were shown with numbers in full', ids);
    return found;
  }

  /**
   * An unmasked look is recorded.
   * @throws DomainError RECEIPT_NOT_FOUND
   */
  async get(agent: AgentIdentity, id: string, unmasked: boolean): Promise<WebhookReceiptDetailDto> {
    if (!unmasked) return toWebhookReceiptDetailDto(await this.find(id), false);
    const act = actOn(agent, 'receipt.view', id);
    const receipt = await this.audit.recordingRefusals(act, () => this.find(id));
    await inTransaction(this.dataSource, (manager) => this.audit.record(manager, act));
    this.logger.log('A receipt was shown with numbers in full', idsOf(agent, id));
    return toWebhookReceiptDetailDto(receipt, true);
  }

  /**
   * Applies a receipt, or returns what that would do. Idempotent.
   * @throws DomainError RECEIPT_NOT_FOUND
   * @throws any error of applying the event; the transaction is rolled back
   */
  async replay(
    agent: AgentIdentity,
    id: string,
    { dryRun, reason }: ReplayReceiptRequest,
  ): Promise<ReplayReceiptResponse> {
    if (dryRun) await this.find(id);
    else await this.audit.recordingRefusals(actOn(agent, 'receipt.replay', id), () => this.find(id));
    const { result, callId, details, changes } = dryRun
      ? await this.receiptReplay.dryRun(id)
      : await this.receiptReplay.replay(id, { agent, reason: reason ?? null });
    if (!dryRun) this.logger.log(`A receipt was replayed: ${result}`, idsOf(agent, id));
    const receipt = toWebhookReceiptDto(await this.find(id));
    return { dryRun, result, callId, details: maskDetails(details), changes: toRowChanges(changes), receipt };
  }

  /** @throws DomainError RECEIPT_NOT_FOUND, or RECEIPT_ALREADY_SETTLED unless the same agent has discarded it before */
  discard(agent: AgentIdentity, id: string, reason: string): Promise<WebhookReceiptDto> {
    const act = actOn(agent, 'receipt.discard', id);
    return this.audit.recordingRefusals(act, () => this.discardAs(act, agent, id, reason));
  }

  private async discardAs(
    act: Act,
    agent: AgentIdentity,
    id: string,
    reason: string,
  ): Promise<WebhookReceiptDto> {
    const { userId } = agent;
    const isDiscarded = await inTransaction(this.dataSource, async (manager) => {
      const changed = await manager.withRepository(this.receipts).discard([id], { userId, reason });
      if (changed === 1) await this.audit.record(manager, act);
      return changed === 1;
    });
    if (isDiscarded) this.logger.log('A receipt was discarded', idsOf(agent, id));
    const receipt = await this.find(id);
    if (!isDiscarded && !(receipt.outcome === 'discarded' && receipt.decidedBy === userId)) {
      throw new DomainError('RECEIPT_ALREADY_SETTLED', `Receipt ${id} is ${receipt.outcome} already`);
    }
    return toWebhookReceiptDto(receipt);
  }

  private async find(id: string): Promise<WebhookReceipt> {
    const receipt = await this.receipts.findOneBy({ id });
    if (receipt === null) throw new DomainError('RECEIPT_NOT_FOUND', `There is no receipt ${id}`);
    return receipt;
  }
}

function actOn(agent: AgentIdentity, action: Act['action'], id: string): Act {
  return { agent, action, subject: `receipt:${id}` };
}

function idsOf({ userId }: AgentIdentity, id: string) {
  return { receipt: id, user: userId };
}
