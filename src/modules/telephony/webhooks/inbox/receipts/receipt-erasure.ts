import { type FindOptionsWhere, In, IsNull } from 'typeorm';
import { containsNumber } from '../../../../../common/number-in-text.js';
import { erasedText } from '../../../calls/domain/erased-call.js';
import { UNSETTLED_OUTCOMES, type WebhookReceipt } from './webhook-receipt.entity.js';
import { digestOf, type WebhookReceiptRepository } from './webhook-receipt.repository.js';

/** An erasure of a number from receipts, in the transaction of their repository. */
export class ReceiptErasure {
  /**
   * @param e164 E.164
   * @param decidedBy the CRM user who erases; null: an operator at the command line
   * @param dryRun counts, and changes nothing
   */
  constructor(
    private readonly receipts: WebhookReceiptRepository,
    private readonly e164: string,
    private readonly decidedBy: number | null,
    private readonly dryRun: boolean,
  ) {}

  /** Erases the receipts of calls, whatever is in them. @returns how many */
  ofCalls(callIds: readonly number[]): Promise<number> {
    return this.erase({ callId: In(callIds) }, () => true);
  }

  /**
   * Erases those of these receipts in which the number is written. Those that wait for a decision are discarded: nothing is
   * left to be replayed.
   * @returns how many
   */
  naming(ids: readonly string[]): Promise<number> {
    return this.erase({ id: In(ids) }, ({ body }) => containsNumber(body.toString('utf8'), this.e164));
  }

  private async erase(
    where: FindOptionsWhere<WebhookReceipt>,
    isErased: (receipt: WebhookReceipt) => boolean,
  ): Promise<number> {
    const found = await this.receipts.find({
      where: { ...where, erasedDigest: IsNull() },
      lock: { mode: 'pessimistic_write' },
      order: { id: 'ASC' },
    });
    const erased = found.filter(isErased);
    if (this.dryRun) return erased.length;
    for (const receipt of erased) {
      const { id, outcome } = receipt;
      await this.receipts.update({ id }, erasedFieldsOf(receipt, this.e164));
      if (UNSETTLED_OUTCOMES.some((unsettled) => unsettled === outcome)) {
        await this.receipts.discard([id], { userId: this.decidedBy, reason: 'erased on request' });
      }
    }
    return erased.length;
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
