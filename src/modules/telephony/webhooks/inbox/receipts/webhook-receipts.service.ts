import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { telephonyConfig } from '../../../../../config/namespaces/telephony.config.js';
import { momentOf } from '../../../../../common/time/date-or-time.js';
import { DomainError } from '../../../../../common/errors/domain-error.js';
import type { AgentIdentity } from '../../../../auth/agent-identity.js';
import {
  maskDetails,
  type ReplayReceiptRequest,
  type ReplayReceiptResponse,
  toWebhookReceiptDetailDto,
  toWebhookReceiptDto,
  type WebhookReceiptDetailDto,
  type WebhookReceiptDto,
  type WebhookReceiptListDto,
  type WebhookReceiptListQuery,
} from './webhook-receipt.dto.js';
import { BulkDiscard } from './discard/bulk-discard.js';
import {
  type BulkDiscardRequest,
  type BulkDiscardResponse,
  DISCARD_FILTERS,
} from './discard/bulk-discard.dto.js';
import { cursorOf, isBefore, positionAt, positionOf, type ReceiptPosition } from './receipt-position.js';
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
    private readonly bulkDiscard: BulkDiscard,
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
        from: this.momentIn(query, 'from'),
        before: this.endOf(query),
      },
      limit,
    );
    return { items: items.map(toWebhookReceiptDto), nextCursor: next && cursorOf(next) };
  }

  /** The receipts of a call, in order of receipt. */
  ofCall(callId: number): Promise<WebhookReceipt[]> {
    return this.receipts.ofCall(callId);
  }

  /** @throws DomainError RECEIPT_NOT_FOUND */
  async get(agent: AgentIdentity, id: string, unmasked: boolean): Promise<WebhookReceiptDetailDto> {
    const receipt = await this.find(id);
    if (unmasked) this.logger.log('A receipt was shown with numbers in full', idsOf(agent, id));
    return toWebhookReceiptDetailDto(receipt, unmasked);
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
    await this.find(id);
    const { result, callId, details } = dryRun
      ? await this.receiptReplay.dryRun(id)
      : await this.receiptReplay.replay(id, { userId: agent.userId, reason: reason ?? null });
    if (!dryRun) this.logger.log(`A receipt was replayed: ${result}`, idsOf(agent, id));
    const receipt = toWebhookReceiptDto(await this.find(id));
    return { dryRun, result, callId, details: maskDetails(details), receipt };
  }

  /** @throws DomainError RECEIPT_NOT_FOUND, or RECEIPT_ALREADY_SETTLED unless the same agent has discarded it before */
  async discard(agent: AgentIdentity, id: string, reason: string): Promise<WebhookReceiptDto> {
    const { userId } = agent;
    const isDiscarded = (await this.receipts.discard([id], { userId, reason })) === 1;
    if (isDiscarded) this.logger.log('A receipt was discarded', idsOf(agent, id));
    const receipt = await this.find(id);
    if (!isDiscarded && !(receipt.outcome === 'discarded' && receipt.decidedBy === userId)) {
      throw new DomainError('RECEIPT_ALREADY_SETTLED', `Receipt ${id} is ${receipt.outcome} already`);
    }
    return toWebhookReceiptDto(receipt);
  }

  /**
   * Discards the receipts of a filter that wait for a decision, up to {@link MOST_DISCARDED}, or returns what that would do.
   * @throws DomainError VALIDATION_FAILED when there is no filter
   */
  async discardAll(agent: AgentIdentity, request: BulkDiscardRequest): Promise<BulkDiscardResponse> {
    const { outcome, reason, dryRun, errorCode, sourceAddress, event, externalCallId, callId } = request;
    if (outcome === undefined && DISCARD_FILTERS.every((filter) => request[filter] === undefined)) {
      const problem = `is required: one or several of outcome, ${DISCARD_FILTERS.join(', ')}`;
      throw new DomainError('VALIDATION_FAILED', `A filter ${problem}`, [{ field: '(body)', problem }]);
    }
    const filter = {
      outcomes: outcome,
      errorCode,
      sourceAddress,
      eventType: event,
      externalCallId,
      callId,
      from: this.momentIn(request, 'from'),
      before: this.momentIn(request, 'to'),
    };
    if (dryRun) return { dryRun, ...(await this.bulkDiscard.dryRun(filter)) };
    const { ids, remaining } = await this.bulkDiscard.discard(filter, { userId: agent.userId, reason });
    for (const id of ids) this.logger.log('A receipt was discarded', idsOf(agent, id));
    return { dryRun, discarded: ids.length, remaining };
  }

  private async find(id: string): Promise<WebhookReceipt> {
    const receipt = await this.receipts.findOneBy({ id });
    if (receipt === null) throw new DomainError('RECEIPT_NOT_FOUND', `There is no receipt ${id}`);
    return receipt;
  }

  /** The exclusive end of the page: `to` or the cursor, whichever is earlier. */
  private endOf(query: WebhookReceiptListQuery): ReceiptPosition | undefined {
    const to = this.momentIn(query, 'to');
    if (query.cursor === undefined) return to;
    const cursor = positionOf(query.cursor);
    if (cursor === null) {
      const problem = 'must be the nextCursor of another page';
      throw new DomainError('VALIDATION_FAILED', `cursor ${problem}`, [{ field: 'cursor', problem }]);
    }
    return to === undefined || isBefore(cursor, to) ? cursor : to;
  }

  private momentIn(
    query: Pick<WebhookReceiptListQuery, 'from' | 'to'>,
    field: 'from' | 'to',
  ): ReceiptPosition | undefined {
    const text = query[field];
    if (text === undefined) return undefined;
    return positionAt(momentOf(field, text, this.config.businessTimeZone));
  }
}

function idsOf({ userId }: AgentIdentity, id: string) {
  return { receipt: id, user: userId };
}
