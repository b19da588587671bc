import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ReceiptOutcome } from '../telephony/webhooks/inbox/receipts/webhook-receipt.entity.js';

/** Outcomes of receipts that are in no call. */
export const NOT_APPLIED = [
  'failed',
  'dead',
  'quarantined',
  'ignored',
  'discarded',
] as const satisfies Exclude<ReceiptOutcome, 'applied'>[];

/** Receipts of one outcome. */
export interface SetAside {
  /** At most `MOST_COUNTED`. */
  readonly count: number;
  /** Since the first of them came in; null: there is none. */
  readonly oldestSeconds: number | null;
}

/** What lies in the database and waits. */
export interface DatabaseReadings {
  readonly receipts: Readonly<Record<(typeof NOT_APPLIED)[number], SetAside>>;
  /** Calls that began within the last 24 hours and are not over, by status. */
  readonly openCalls: Readonly<Record<'initiated' | 'ringing' | 'answered', number>>;
}

/** Counting ends here, so that looking stays cheap when much is set aside. */
export const MAX_COUNTED = 10_000;

/** A reading is good for this long: nobody who asks often makes the database work often. */
const KEEP_MS = 1_000;
/** The longest wait for a reading. */
const TIMEOUT_MS = 800;
/** A reading that did not come by then never will: its connection is dead without having said so. */
const LOST_MS = 15_000;

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

const OPEN_CALLS = `SELECT status, count(*)::integer AS "count"
    FROM telephony_calls
   WHERE status IN ('initiated', 'ringing', 'answered') AND started_at > now() - interval '24 hours'
   GROUP BY status`;

interface PendingReading {
  readonly since: number;
  readonly result: Promise<DatabaseReadings | null>;
}

/** Looks at what waits in the database: by indexes, once at a time, and never longer than a second. */
@Injectable()
export class DatabaseGauges {
  private readonly logger = new Logger(DatabaseGauges.name);
  private latest: { readonly at: number; readonly stock: DatabaseReadings | null } | null = null;
  private pending: PendingReading | null = null;

  constructor(private readonly dataSource: DataSource) {}

  /** At most a second old. null: the database does not answer, or not in time. Never throws. */
  async read(): Promise<DatabaseReadings | null> {
    const now = performance.now();
    if (this.latest !== null && now - this.latest.at < KEEP_MS) return this.latest.stock;
    if (this.pending === null || now - this.pending.since > LOST_MS) this.pending = this.startReading(now);
    const patience = new AbortController();
    try {
      return await Promise.race([
        this.pending.result,
        delay(TIMEOUT_MS, null, { signal: patience.signal }).catch(() => null),
      ]);
    } finally {
      patience.abort();
    }
  }

  private startReading(since: number): PendingReading {
    const flight: PendingReading = {
      since,
      result: this.query().then((stock) => this.keepReading(flight, stock)),
    };
    return flight;
  }

  private keepReading(flight: PendingReading, stock: DatabaseReadings | null): DatabaseReadings | null {
    if (this.pending === flight) this.pending = null;
    this.latest = { at: performance.now(), stock };
    return stock;
  }

  private async query(): Promise<DatabaseReadings | null> {
    try {
      return await this.dataSource.transaction(readingsOf);
    } catch (error) {
      if (this.latest?.stock !== null) this.logger.warn('The database does not answer', error);
      return null;
    }
  }
}

async function readingsOf(manager: EntityManager): Promise<DatabaseReadings> {
  await manager.query(`SET LOCAL statement_timeout = ${TIMEOUT_MS}`);
  const receipts: ({ outcome: string } & SetAside)[] = await manager.query(RECEIPTS, [NOT_APPLIED]);
  const calls: { status: string; count: number }[] = await manager.query(OPEN_CALLS);
  const setAside = new Map(
    receipts.map(({ outcome, count, oldestSeconds }) => [outcome, { count, oldestSeconds }]),
  );
  const open = new Map(calls.map(({ status, count }) => [status, count]));
  const none: SetAside = { count: 0, oldestSeconds: null };
  return {
    receipts: {
      failed: setAside.get('failed') ?? none,
      dead: setAside.get('dead') ?? none,
      quarantined: setAside.get('quarantined') ?? none,
      ignored: setAside.get('ignored') ?? none,
      discarded: setAside.get('discarded') ?? none,
    },
    openCalls: {
      initiated: open.get('initiated') ?? 0,
      ringing: open.get('ringing') ?? 0,
      answered: open.get('answered') ?? 0,
    },
  };
}
