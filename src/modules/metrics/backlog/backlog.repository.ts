import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource, type EntityManager } from 'typeorm';
import { webhooksConfig } from '../../../config/namespaces/webhooks.config.js';
import { inTransaction } from '../../../database/transaction.js';
import type { UnheardCalls } from '../silence/webhook-silence.js';
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
  /** At most as many as may be kept, or `MAX_COUNTED` if that is more. */
  readonly rows: number;
  /** Of the bodies of these. */
  readonly bytes: number;
}

/** Counts of unapplied receipts and of open calls. */
export interface Backlog {
  readonly receipts: Readonly<Record<(typeof NOT_APPLIED)[number], OutcomeBacklog>>;
  readonly quarantine: Quarantine;
  /** When the newest webhook was received that was accepted; null: none was found. */
  readonly lastWebhookAt: Date | null;
  /** If none was found: since when there was none; null: in the last 30 days. */
  readonly noWebhookSince: Date | null;
  /** Calls of the last 24 hours that the PBX has accepted after that. */
  readonly unheard: UnheardCalls;
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
const QUARANTINE = `SELECT count(*)::integer AS "rows",
         coalesce(sum(octet_length(body)), 0)::float8 AS "bytes",
         extract(epoch FROM now() - min(received_at))::float8 AS "oldestSeconds"
    FROM (SELECT received_at, body FROM telephony_webhook_receipts
           WHERE outcome = 'quarantined' AND outcome <> 'applied' ORDER BY received_at LIMIT $1) AS receipt`;

/** Newest receipts among which an accepted one is looked for. */
const MAX_PASSED_OVER = 20_000;

/**
 * By the index on the time of receipt, from the newest: the first is nearly always accepted. Those that were refused are
 * passed over, also when a supervisor has discarded them. An index on accepted receipts would find one behind any number
 * of them, but every webhook would have to write an entry of it.
 */
const LAST_WEBHOOK = `SELECT received_at AS "at"
    FROM (SELECT received_at, outcome FROM telephony_webhook_receipts
           WHERE received_at > now() - interval '30 days'
           ORDER BY received_at DESC LIMIT ${MAX_PASSED_OVER}) AS receipt
   WHERE outcome NOT IN ('quarantined', 'discarded')
   ORDER BY received_at DESC LIMIT 1`;

/** If that finds none: the oldest it passed over. No row: it has seen all of the 30 days. */
const NO_WEBHOOK_SINCE = `SELECT received_at AS "at" FROM telephony_webhook_receipts
   WHERE received_at > now() - interval '30 days'
   ORDER BY received_at DESC OFFSET ${MAX_PASSED_OVER - 1} LIMIT 1`;

/**
 * By the index on when a call of an agent was written: while no webhook comes, all of them are starts. The first thousand,
 * the most that WEBHOOK_SILENCE_CALLS may be, are enough: `meta` is read for no others.
 */
const UNHEARD_CALLS = `SELECT count(*)::integer AS "count", min(created_at) AS "firstAt"
    FROM (SELECT created_at, meta FROM telephony_calls
           WHERE created_at > greatest($1::timestamptz, now() - interval '24 hours')
             AND agent_user_id IS NOT NULL AND external_call_id IS NOT NULL
           ORDER BY created_at LIMIT 1000) AS call
   WHERE meta -> 'start' -> 'answer' ->> 'mode' = 'live'`;

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

  /**
   * @param timeoutMs for each of its statements
   * @param heardAt when this instance received its last webhook that was accepted. Of a repeated one no receipt tells;
   * null: it has received none
   */
  count(timeoutMs: number, heardAt: Date | null): Promise<Backlog> {
    return inTransaction(this.dataSource, async (manager) => {
      await manager.query(`SET LOCAL statement_timeout = ${timeoutMs}`);
      const last = await lastWebhookIn(manager, heardAt);
      const { rows, bytes, oldestSeconds } = await this.quarantineIn(manager);
      const quarantined = { count: Math.min(rows, MAX_COUNTED), oldestSeconds };
      return {
        ...last,
        unheard: await unheardIn(manager, last.lastWebhookAt ?? last.noWebhookSince),
        receipts: { ...(await receiptsIn(manager)), quarantined },
        quarantine: { rows, bytes },
        openCalls: await openCallsIn(manager),
      };
    });
  }

  /** @param timeoutMs for its statement */
  countQuarantine(timeoutMs: number): Promise<Quarantine> {
    return inTransaction(this.dataSource, async (manager) => {
      await manager.query(`SET LOCAL statement_timeout = ${timeoutMs}`);
      return this.quarantineIn(manager);
    });
  }

  private async quarantineIn(
    manager: EntityManager,
  ): Promise<Quarantine & Pick<OutcomeBacklog, 'oldestSeconds'>> {
    const mostRows = Math.max(this.webhooks.quarantine.rows, MAX_COUNTED);
    const [found] = await manager.query<(Quarantine & Pick<OutcomeBacklog, 'oldestSeconds'>)[]>(QUARANTINE, [
      mostRows,
    ]);
    return found ?? { rows: 0, bytes: 0, oldestSeconds: null };
  }
}

async function receiptsIn(manager: EntityManager): Promise<Omit<Backlog['receipts'], 'quarantined'>> {
  const outcomes = NOT_APPLIED.filter((outcome) => outcome !== 'quarantined');
  const rows: ({ outcome: string } & OutcomeBacklog)[] = await manager.query(RECEIPTS, [outcomes]);
  const found = new Map(rows.map(({ outcome, count, oldestSeconds }) => [outcome, { count, oldestSeconds }]));
  const none: OutcomeBacklog = { count: 0, oldestSeconds: null };
  return {
    failed: found.get('failed') ?? none,
    dead: found.get('dead') ?? none,
    ignored: found.get('ignored') ?? none,
    discarded: found.get('discarded') ?? none,
  };
}

async function lastWebhookIn(
  manager: EntityManager,
  heardAt: Date | null,
): Promise<Pick<Backlog, 'lastWebhookAt' | 'noWebhookSince'>> {
  const [last]: { at: Date }[] = await manager.query(LAST_WEBHOOK);
  const [passedOver]: { at: Date }[] = last === undefined ? await manager.query(NO_WEBHOOK_SINCE) : [];
  const since = last?.at ?? passedOver?.at ?? null;
  // Another instance may have accepted one since, which the search did not reach.
  if (heardAt !== null && (since === null || heardAt > since)) {
    return { lastWebhookAt: heardAt, noWebhookSince: null };
  }
  return { lastWebhookAt: last?.at ?? null, noWebhookSince: passedOver?.at ?? null };
}

async function unheardIn(manager: EntityManager, since: Date | null): Promise<UnheardCalls> {
  const [found]: UnheardCalls[] = await manager.query(UNHEARD_CALLS, [since ?? new Date(0)]);
  return found ?? { count: 0, firstAt: null };
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
