import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import { type Column, RowSet } from '../../../../../database/row-set.js';
import type { SqlSession, Statement } from '../../../../../database/sql-session.js';
import type { ReferenceMove } from '../../../calls/domain/call-unit-of-work.js';
import { type ReceiptOutcome, SET_ASIDE, WebhookReceipt } from './webhook-receipt.entity.js';

/** Who decided on a receipt, as it is written on it. */
export interface Decision {
  readonly userId: number;
  readonly reason: string | null;
}

/** A receipt to be written. */
export type NewReceipt = Pick<
  WebhookReceipt,
  | 'provider'
  | 'deliveryId'
  | 'route'
  | 'eventType'
  | 'externalCallId'
  | 'callId'
  | 'sourceAddress'
  | 'keyId'
  | 'outcome'
  | 'errorCode'
  | 'errorDetails'
  | 'body'
  | 'occurredAt'
  | 'occurredAtSource'
  | 'clockSkewSeconds'
  | 'receivedAt'
>;

/** What is needed of a receipt to read its body again. */
export type SetAsideReceipt = Pick<
  WebhookReceipt,
  | 'id'
  | 'provider'
  | 'deliveryId'
  | 'route'
  | 'outcome'
  | 'callId'
  | 'body'
  | 'sourceAddress'
  | 'keyId'
  | 'receivedAt'
>;

export interface AppliedReceipt extends Pick<
  WebhookReceipt,
  'callId' | 'eventType' | 'externalCallId' | 'occurredAt' | 'occurredAtSource' | 'clockSkewSeconds'
> {
  /** null: nobody's. */
  readonly decision: Decision | null;
}

/** A failed receipt that somebody has taken to try it again. */
export interface ClaimedReceipt extends Pick<WebhookReceipt, 'id' | 'errorDetails'> {
  /** This one included. */
  readonly attempts: number;
}

/** A delivery that is here already. */
export interface KnownDelivery {
  readonly receiptId: string;
  readonly id: string;
  readonly outcome: ReceiptOutcome;
  /** SHA-256 of its body, hex. */
  readonly digest: string;
}

const FIND: Statement = {
  name: 'find-receipts',
  text: `
    SELECT r.id AS "receiptId", r.delivery_id AS id, r.outcome, encode(sha256(r.body), 'hex') AS digest
      FROM unnest($2::text[]) AS sought(id) CROSS JOIN LATERAL (
        SELECT * FROM telephony_webhook_receipts WHERE provider = $1 AND delivery_id = sought.id OFFSET 0) AS r`,
};

const WRITTEN_COLUMNS = {
  provider: ['text', (receipt) => receipt.provider],
  delivery_id: ['text', (receipt) => receipt.deliveryId],
  route: ['text', (receipt) => receipt.route],
  event_type: ['text', (receipt) => receipt.eventType],
  external_call_id: ['text', (receipt) => receipt.externalCallId],
  call_id: ['integer', (receipt) => receipt.callId],
  source_address: ['text', (receipt) => receipt.sourceAddress],
  key_id: ['text', (receipt) => receipt.keyId],
  outcome: ['text', (receipt) => receipt.outcome],
  error_code: ['text', (receipt) => receipt.errorCode],
  error_details: [
    'jsonb',
    ({ errorDetails }) => (errorDetails === null ? null : JSON.stringify(errorDetails)),
  ],
  body: ['bytea', (receipt) => receipt.body],
  occurred_at: ['timestamptz', (receipt) => receipt.occurredAt],
  occurred_at_source: ['text', (receipt) => receipt.occurredAtSource],
  clock_skew_seconds: ['integer', (receipt) => receipt.clockSkewSeconds],
  received_at: ['timestamptz', (receipt) => receipt.receivedAt],
} as const satisfies Readonly<Record<string, Column<NewReceipt>>>;
const WRITTEN = new RowSet<NewReceipt>('w', WRITTEN_COLUMNS);
const COLUMNS = Object.keys(WRITTEN_COLUMNS).join(', ');

const INSERT: Statement = {
  name: 'insert-receipts',
  text: `INSERT INTO telephony_webhook_receipts (${COLUMNS}) SELECT ${COLUMNS} FROM ${WRITTEN.source}`,
};

const INSERT_NEW: Statement = {
  name: 'insert-new-receipts',
  text: `${INSERT.text} ON CONFLICT (provider, delivery_id) DO NOTHING`,
};

const INSERT_FAILED: Statement = {
  name: 'insert-failed-receipt',
  text: `
    INSERT INTO telephony_webhook_receipts (${COLUMNS}, attempts, next_attempt_at)
    SELECT ${COLUMNS}, 0, now() + interval '1 s' FROM ${WRITTEN.source}
    ON CONFLICT (provider, delivery_id) DO NOTHING RETURNING id`,
};

const CLAIM_DUE: Statement = {
  name: 'claim-due-receipts',
  text: `
    UPDATE telephony_webhook_receipts
       SET attempts = attempts + 1, next_attempt_at = now() + interval '30 s'
     WHERE id = ANY (ARRAY(
       SELECT id FROM telephony_webhook_receipts WHERE outcome = 'failed' AND next_attempt_at <= now()
        ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED))
    RETURNING id, attempts, error_details AS "errorDetails"`,
};

const PUT_ASIDE: Statement = {
  name: 'put-receipt-aside',
  text: `
    UPDATE telephony_webhook_receipts
       SET outcome = $2, next_attempt_at = now() + make_interval(secs => $3::integer), error_details = $4
     WHERE id = $1 AND outcome = 'failed'`,
};

const REMOVE_OLD: Statement = {
  name: 'remove-old-receipts',
  text: `
    DELETE FROM telephony_webhook_receipts
     WHERE id = ANY (ARRAY(
       SELECT id FROM telephony_webhook_receipts
        WHERE received_at < now() - make_interval(days => $1) AND outcome IN ('applied', 'ignored', 'discarded')
        ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED))
    RETURNING id`,
};

const LOCK: Statement = {
  name: 'lock-receipt',
  text: `
    SELECT id, provider, delivery_id AS "deliveryId", route, outcome, call_id AS "callId", body,
           source_address AS "sourceAddress", key_id AS "keyId", received_at AS "receivedAt"
      FROM telephony_webhook_receipts WHERE id = $1 FOR UPDATE`,
};

const MARK_APPLIED: Statement = {
  name: 'mark-receipt-applied',
  text: `
    UPDATE telephony_webhook_receipts
       SET outcome = 'applied', call_id = $2, event_type = $3, external_call_id = $4, occurred_at = $5,
           occurred_at_source = $6, clock_skew_seconds = $9, error_code = NULL, error_details = NULL,
           next_attempt_at = NULL,
           decision = CASE WHEN $7::integer IS NULL THEN decision ELSE 'replayed' END,
           decided_by = coalesce($7, decided_by), decision_reason = coalesce($8, decision_reason),
           decided_at = CASE WHEN $7 IS NULL THEN decided_at ELSE now() END
     WHERE id = $1`,
};

const MOVE_ALL: Statement = {
  name: 'move-receipts',
  text: 'UPDATE telephony_webhook_receipts SET call_id = $2 WHERE call_id = $1',
};

const MOVE_UNNAMED: Statement = {
  name: 'move-unnamed-receipts',
  text: `
    UPDATE telephony_webhook_receipts SET call_id = $2
     WHERE call_id = $1 AND occurred_at = $3 AND external_call_id IS NULL`,
};

/** Rows of `telephony_webhook_receipts`. */
@Injectable()
export class WebhookReceiptRepository {
  /** Which of these deliveries are here already. */
  find(session: SqlSession, provider: string, deliveryIds: readonly string[]): Promise<KnownDelivery[]> {
    return session.rows<KnownDelivery>(FIND, [provider, deliveryIds]);
  }

  /** Sends new receipts. Should one be here by now, the transaction fails and may be tried again. */
  insert(session: SqlSession, receipts: readonly NewReceipt[]): void {
    if (receipts.length > 0) session.write(INSERT, WRITTEN.valuesOf(receipts));
  }

  /** Sends receipts of which it does not matter whether they are here already. */
  insertNew(session: SqlSession, receipts: readonly NewReceipt[]): void {
    if (receipts.length > 0) session.send(INSERT_NEW, WRITTEN.valuesOf(receipts));
  }

  /**
   * Keeps an event that could not be applied, to be tried again.
   * @returns false when it is here already
   */
  async insertFailed(session: SqlSession, receipt: NewReceipt): Promise<boolean> {
    const rows = await session.rows<{ id: string }>(INSERT_FAILED, WRITTEN.valuesOf([receipt]));
    return rows.length > 0;
  }

  /** A receipt, until the transaction ends nobody else's; null if there is none. */
  async lock(session: SqlSession, id: string): Promise<SetAsideReceipt | null> {
    const [receipt] = await session.rows<SetAsideReceipt>(LOCK, [id]);
    return receipt ?? null;
  }

  /** Sends that a receipt which was set aside is in its call now. */
  markApplied(session: SqlSession, id: string, applied: AppliedReceipt): void {
    const { callId, eventType, externalCallId, occurredAt, occurredAtSource, clockSkewSeconds, decision } =
      applied;
    session.send(MARK_APPLIED, [
      id,
      callId,
      eventType,
      externalCallId,
      occurredAt,
      occurredAtSource,
      decision?.userId ?? null,
      decision?.reason ?? null,
      clockSkewSeconds,
    ]);
  }

  findById(manager: EntityManager, id: string): Promise<WebhookReceipt | null> {
    return manager.findOne(WebhookReceipt, { where: { id } });
  }

  /** @returns false when it is not set aside, or not any more */
  async discard(manager: EntityManager, id: string, { userId, reason }: Decision): Promise<boolean> {
    const { affected } = await manager.update(
      WebhookReceipt,
      { id, outcome: In(SET_ASIDE) },
      {
        outcome: 'discarded',
        nextAttemptAt: null,
        decision: 'discarded',
        decidedBy: userId,
        decidedAt: () => 'now()',
        decisionReason: reason,
      },
    );
    return affected === 1;
  }

  /** Takes a failed receipt that is due; for half a minute it is nobody else's. */
  async claimDue(session: SqlSession): Promise<ClaimedReceipt | null> {
    const [claimed] = await session.rows<ClaimedReceipt>(CLAIM_DUE, []);
    return claimed ?? null;
  }

  /** Sends what became of a failed receipt. @param aside.dueInSeconds null: it is not tried again */
  putAside(
    session: SqlSession,
    aside: {
      readonly id: string;
      readonly outcome: 'failed' | 'dead' | 'quarantined';
      readonly dueInSeconds: number | null;
      readonly details: WebhookReceipt['errorDetails'];
    },
  ): void {
    session.send(PUT_ASIDE, [aside.id, aside.outcome, aside.dueInSeconds, JSON.stringify(aside.details)]);
  }

  /** @returns how many were removed; those that wait for a decision stay */
  async removeOlderThan(session: SqlSession, days: number, most: number): Promise<number> {
    return (await session.rows(REMOVE_OLD, [days, most])).length;
  }

  /** Rows of calls became one, or parted: their receipts follow. */
  moveReferences(session: SqlSession, moves: readonly ReferenceMove[]): void {
    for (const { from, to, unnamedAt } of moves) {
      if (unnamedAt === undefined) session.send(MOVE_ALL, [from, to]);
      else session.send(MOVE_UNNAMED, [from, to, unnamedAt]);
    }
  }

  /** Everything the PBX said of a call, in the order it came. */
  ofCall(manager: EntityManager, callId: number): Promise<WebhookReceipt[]> {
    return manager.find(WebhookReceipt, { where: { callId }, order: { receivedAt: 'ASC', id: 'ASC' } });
  }
}

/** SHA-256 of a body, hex, as PostgreSQL tells it of a known delivery. */
export function digestOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}
