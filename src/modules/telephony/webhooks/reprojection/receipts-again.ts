import type { EventAgain } from '../../calls/domain/reprojection/facts-again.js';
import { appliedFieldsOf, type NewReceipt } from '../inbox/receipts/webhook-receipt.repository.js';
import type { WebhookReceipt } from '../inbox/receipts/webhook-receipt.entity.js';
import { readDelivery } from '../inbox/webhook-delivery.js';

/** A receipt whose event was read again. */
export interface ReceiptAgain extends EventAgain {
  /** The receipt as it is stored. */
  readonly applied: WebhookReceipt;
  readonly reread: NewReceipt;
}

/** A call that could not be derived: it stays as it is. */
export interface ReprojectionFailure {
  readonly callId: number;
  readonly reason: string;
}

/**
 * Reads the events of applied receipts again, with their own times of receipt.
 * @returns the events by call, and the calls of receipts that are no events by the rules of this version
 */
export function readReceiptsAgain(
  applied: readonly WebhookReceipt[],
  {
    businessTimeZone,
    allowsLocalRecordings,
  }: { readonly businessTimeZone: string; readonly allowsLocalRecordings: boolean },
): { again: Map<number, ReceiptAgain[]>; failures: ReprojectionFailure[] } {
  const again = new Map<number, ReceiptAgain[]>();
  const failures = new Map<number, ReprojectionFailure>();
  for (const receipt of applied) {
    const { id, callId, route, body, sourceAddress, keyId, deliveryId, provider, receivedAt } = receipt;
    if (callId === null) continue;
    const { read, receipt: reread } = readDelivery(
      { route, body, sourceAddress, keyId, signedId: deliveryId },
      { provider, receivedAt, timeZone: businessTimeZone, allowsLocalRecordings },
    );
    if (read.kind === 'event') {
      const known = again.get(callId) ?? [];
      again.set(callId, [...known, { receiptId: id, event: read.event, applied: receipt, reread }]);
    } else if (!failures.has(callId)) {
      const details = read.kind === 'refused' ? read.details : [{ field: 'event', problem: 'is unknown' }];
      const problems = details.map(({ field, problem }) => `${field} ${problem}`).join(', ');
      failures.set(callId, { callId, reason: `receipt ${id} cannot be read any more: ${problems}` });
    }
  }
  return { again, failures: [...failures.values()] };
}

/** Whether the receipt says other things of its event than when it was applied. */
export function isReadOtherwise({ applied, reread }: ReceiptAgain): boolean {
  const { callId: _callId, ...fields } = appliedFieldsOf(reread);
  return Object.entries(fields).some(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(applied[field as keyof typeof fields]),
  );
}
