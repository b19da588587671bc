import { type FindOptionsWhere, In, IsNull } from 'typeorm';
import { containsNumber } from '../../../../../common/number-in-text.js';
import { erasedText } from '../../../calls/domain/erased-call.js';
import { UNSETTLED_OUTCOMES, type WebhookReceipt } from './webhook-receipt.entity.js';
import { digestOf, type WebhookReceiptRepository } from './webhook-receipt.repository.js';

/** What an erasure did to receipts, or would do in a dry run. */
export interface ErasedReceipts {
  /** How many were erased. */
  readonly receipts: number;
  /** Ids of those that were discarded too; none in a dry run. */
  readonly discarded: readonly string[];
}

const NONE: ErasedReceipts = { receipts: 0, discarded: [] };

/** An erasure of a number from receipts, in the transaction of their repository. */
export class ReceiptErasure {
  /**
   * @param e164 E.164
   * @param decidedBy the CRM user who erases; null: an operator at the command line
   * @param dryRun counts, changes nothing and takes no locks
   */
  constructor(
    private readonly receipts: WebhookReceiptRepository,
    private readonly e164: string,
    private readonly decidedBy: number | null,
    private readonly dryRun: boolean,
  ) {}

  /** Erases the receipts of calls, whatever is in them. */
  ofCalls(callIds: readonly number[]): Promise<ErasedReceipts> {
    return this.erase({ callId: In(callIds) });
  }

  /**
   * Erases those of these receipts that are in no call and in which the number is written. Those that wait for a decision
   * are discarded: nothing is left to be replayed.
   */
  async naming(ids: readonly string[]): Promise<ErasedReceipts> {
    // Without locks, because most receipts are of others. A body does not change until it is erased.
    const found = await this.receipts.find({
      select: { id: true, body: true },
      where: { id: In(ids), erasedDigest: IsNull() },
    });
    const named = found.filter(({ body }) => containsNumber(body.toString('utf8'), this.e164));
    if (named.length === 0) return NONE;
    return this.erase({ id: In(named.map(({ id }) => id)), callId: IsNull() });
  }

  private async erase(which: FindOptionsWhere<WebhookReceipt>): Promise<ErasedReceipts> {
    const where = { ...which, erasedDigest: IsNull() };
    if (this.dryRun) return { receipts: await this.receipts.countBy(where), discarded: [] };
    const found = await this.receipts.find({
      where,
      lock: { mode: 'pessimistic_write' },
      order: { id: 'ASC' },
    });
    const discarded: string[] = [];
    for (const receipt of found) {
      const { id, outcome } = receipt;
      await this.receipts.update({ id }, erasedFieldsOf(receipt, this.e164));
      if (UNSETTLED_OUTCOMES.some((unsettled) => unsettled === outcome)) {
        await this.receipts.discard([id], { userId: this.decidedBy, reason: 'erased on request' });
        discarded.push(id);
      }
    }
    return { receipts: found.length, discarded };
  }
}

/** The id of the delivery and all figures stay. */
function erasedFieldsOf(receipt: WebhookReceipt, e164: string) {
  const { body, eventType, externalCallId, errorDetails, decisionReason } = receipt;
  const isInDetails = errorDetails !== null && containsNumber(JSON.stringify(errorDetails), e164);
  return {
    body: Buffer.alloc(0),
    erasedDigest: digestOf(body),
    eventType: erasedText(eventType, e164),
    externalCallId: erasedText(externalCallId, e164),
    errorDetails: isInDetails ? null : errorDetails,
    decisionReason: erasedText(decisionReason, e164),
  };
}
