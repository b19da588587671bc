import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource, type EntityManager } from 'typeorm';
import { webhooksConfig } from '../../../config/namespaces/webhooks.config.js';
import { inTransaction } from '../../../database/transaction.js';
import type { ReceiptOutcome } from '../../telephony/webhooks/inbox/receipts/webhook-receipt.entity.js';

/** Outcomes of receipts whose event was not applied to a call. */
export const NOT_APPLIED = [
  'failed',
  'dead',
  'quarantined',
  'ignored',
  'discarded',
] as const satisfies Exclude<ReceiptOutcome, 'applied'>[];

/** Number and age of the receipts with one outcome. */
export interface OutcomeBacklog {
  /** At most `MAX_COUNTED`. */
  readonly count: number;
  /** Age of the oldest one; null: there is none. */
  readonly oldestSeconds: number | null;
}

/** Receipts in quarantine: those that wait for a decision of a supervisor. */
export interface Quarantine {
  /** At most as many as may be kept. */
  readonly rows: number;
  /** Of the bodies of these. */
  readonly bytes: number;
}

/** Counts of unapplied receipts and of open calls. */
export interface Backlog {
  readonly receipts: Readonly<Record<(typeof NOT_APPLIED)[number], OutcomeBacklog>>;
  readonly quarantine: Quarantine;
  /** Calls of the last 24 hours that have not ended, by status. */
  readonly openCalls: Readonly<Record<'initiated' | 'ringing' | 'answered', number>>;
}

/** Counting stops here, so that the query stays cheap with a large backlog. */
export const MAX_COUNTED = 10_000;

const RECEIPTS = `SELECT state.outcome,
         (SELECT count(*)
            FROM (SELECT FROM telephony_webhook_receipts
                   WHERE outcome = state.outcome AND outcome <> 'applied' LIMIT ${MAX_COUNTED}) AS receipt
         )::integer AS "count",
         (SELECT extract(epoch FROM now() - received_at)
            FROM telephony_webhook_receipts
           WHERE outcome = state.outcome AND outcome <> 'applied' ORDER BY received_at LIMIT 1
         )::float8 AS "oldestSeconds"
    FROM unnest($1::text[]) AS state(outcome)`;

/** The length of a body is known without reading it where it is stored apart from its row. */
const QUARANTINE = `SELECT count(*)::integer AS "rows", coalesce(sum(octet_length(body)), 0)::float8 AS "bytes"
    FROM (SELECT body FROM telephony_webhook_receipts
           WHERE outcome = 'quarantined' AND outcome <> 'applied' LIMIT $1) AS receipt`;

const OPEN_CALLS = `SELECT status, count(*)::integer AS "count"
    FROM telephony_calls
   WHERE status IN ('initiated', 'ringing', 'answered') AND started_at > now() - interval '24 hours'
   GROUP BY status`;

/** Counts the backlog by index. Hand-written SQL, because TypeORM cannot limit a count. */
@Injectable()
export class BacklogRepository {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(webhooksConfig.KEY) private readonly webhooks: ConfigType<typeof webhooksConfig>,
  ) {}

  /** @param timeoutMs for each of its statements */
  count(timeoutMs: number): Promise<Backlog> {
    return inTransaction(this.dataSource, async (manager) => {
      await manager.query(`SET LOCAL statement_timeout = ${timeoutMs}`);
      return {
        receipts: await receiptsIn(manager),
        quarantine: await quarantineIn(manager, this.webhooks.quarantine.rows),
        openCalls: await openCallsIn(manager),
      };
    });
  }

  /** @param timeoutMs for its statement */
  countQuarantine(timeoutMs: number): Promise<Quarantine> {
    return inTransaction(this.dataSource, async (manager) => {
      await manager.query(`SET LOCAL statement_timeout = ${timeoutMs}`);
      return quarantineIn(manager, this.webhooks.quarantine.rows);
    });
  }
}

async function receiptsIn(manager: EntityManager): Promise<Backlog['receipts']> {
  const rows: ({ outcome: string } & OutcomeBacklog)[] = await manager.query(RECEIPTS, [NOT_APPLIED]);
  const found = new Map(rows.map(({ outcome, count, oldestSeconds }) => [outcome, { count, oldestSeconds }]));
  const none: OutcomeBacklog = { count: 0, oldestSeconds: null };
  return {
    failed: found.get('failed') ?? none,
    dead: found.get('dead') ?? none,
    quarantined: found.get('quarantined') ?? none,
    ignored: found.get('ignored') ?? none,
    discarded: found.get('discarded') ?? none,
  };
}

async function quarantineIn(manager: EntityManager, mostRows: number): Promise<Quarantine> {
  const [found]: Quarantine[] = await manager.query(QUARANTINE, [mostRows]);
  return found ?? { rows: 0, bytes: 0 };
}

async function openCallsIn(manager: EntityManager): Promise<Backlog['openCalls']> {
  const rows: { status: string; count: number }[] = await manager.query(OPEN_CALLS);
  const found = new Map(rows.map(({ status, count }) => [status, count]));
  return {
    initiated: found.get('initiated') ?? 0,
    ringing: found.get('ringing') ?? 0,
    answered: found.get('answered') ?? 0,
  };
}
