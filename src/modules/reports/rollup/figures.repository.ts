import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { EntityManager } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { USUAL_PLANS } from '../pool/reports-session.js';
import { KEY_NAMES, type Kind, KIND_NAMES, KINDS } from './figure-kinds.js';
import { measuredCalls } from './measured-calls.js';
import { columnOf, DEFINITION, MEASURE_NAMES } from './measures.js';

/** Namespace of this advisory lock: the first of the two integers that PostgreSQL keys them by. */
const ROLLUP_LOCK = 7_306;

/**
 * A day is closed so long after it has ceased to be yesterday: longer than any transaction lasts that still took it for
 * yesterday, and so marked nothing.
 */
const CLOSING_DELAY = '10 min';

/** The newest day that is over for the figures: no call of yesterday or today makes up for a miss of that day. */
const LAST_CLOSABLE = `(now() AT TIME ZONE $1 - interval '${CLOSING_DELAY}')::date - 2`;

/**
 * Days are closed with a mark each, so that they are built like all others. When the definition or the zone is another one,
 * that is so for all days that still have their calls. Of two versions of the service the newer one decides.
 */
const CLOSE = `
  WITH state AS (
    SELECT *, definition = $2 AND zone = $1 AS is_ours, ${LAST_CLOSABLE} AS last FROM telephony_figure_state
     WHERE definition < $2 OR (definition = $2 AND (zone <> $1 OR closed_through < ${LAST_CLOSABLE}))
  ), marked AS (
    INSERT INTO telephony_figure_marks (day)
    SELECT day::date
      FROM state CROSS JOIN LATERAL generate_series(
             coalesce(CASE WHEN is_ours THEN closed_through END, frozen_through,
                      (SELECT (min(started_at) AT TIME ZONE $1)::date - 1 FROM telephony_calls))::timestamp
             + interval '1 day', last::timestamp, interval '1 day') AS day
  )
  UPDATE telephony_figure_state AS s
     SET definition = $2, zone = $1, closed_through = state.last FROM state WHERE s.id = state.id`;

/** Nothing is computed of frozen days: their calls are gone. */
const FORGET_FROZEN = `
  DELETE FROM telephony_figure_marks
   WHERE day <= (SELECT frozen_through FROM telephony_figure_state)`;

/** Not a frozen day: an event may have marked one since those were forgotten. */
const NEWEST_MARKED = `
  SELECT max(mark.day)::text AS day
    FROM telephony_figure_state AS state JOIN telephony_figure_marks AS mark
      ON mark.day <= state.closed_through AND mark.day > coalesce(state.frozen_through, '-infinity')
   WHERE state.definition = $2 AND state.zone = $1`;

/** Days without marks up to the newest one: those of which the figures are what the calls say. */
const FREEZE = `
  UPDATE telephony_figure_state
     SET frozen_through = least((now() AT TIME ZONE $1)::date - $3::integer - 1, closed_through,
                                (SELECT min(day) - 1 FROM telephony_figure_marks))
   WHERE definition = $2 AND zone = $1
     AND least((now() AT TIME ZONE $1)::date - $3::integer - 1, closed_through,
               (SELECT min(day) - 1 FROM telephony_figure_marks)) > coalesce(frozen_through, '-infinity')`;

const COLUMNS = [...KEY_NAMES, ...MEASURE_NAMES].map(columnOf);

/** A bit for each key, set where the rows of a kind are not kept apart by it: as GROUPING() counts. */
function groupingOf(kind: Kind): number {
  const keys: readonly string[] = KINDS[kind];
  return KEY_NAMES.reduce((bits, key) => bits * 2 + (keys.includes(key) ? 0 : 1), 0);
}

const BUILD = `
  INSERT INTO telephony_figures (kind, day, line, ${COLUMNS.join(', ')})
  SELECT kind, $2::date, row_number() OVER (PARTITION BY kind), ${COLUMNS.join(', ')}
    FROM (
      SELECT CASE GROUPING(${KEY_NAMES.map(columnOf).join(', ')})
               ${KIND_NAMES.map((kind) => `WHEN ${groupingOf(kind)} THEN '${kind}'`).join('\n               ')}
             END AS kind,
             ${KEY_NAMES.map(columnOf).join(', ')},
             ${MEASURE_NAMES.map(columnOf)
               .map((column) => `coalesce(sum(${column}), 0) AS ${column}`)
               .join(',\n             ')}
        FROM (${measuredCalls(
          MEASURE_NAMES,
          '$1',
          `call.started_at >= $2::date::timestamp AT TIME ZONE $1
           AND call.started_at < ($2::date + 1)::timestamp AT TIME ZONE $1`,
        )}
        ) AS figures
       GROUP BY GROUPING SETS (${KIND_NAMES.map((kind) => `(${KINDS[kind].map(columnOf).join(', ')})`).join(', ')})
    ) AS of_kinds
   WHERE kind NOT IN ('reason', 'agent_reason') OR reason IS NOT NULL
   ORDER BY kind`;

/** Closes and builds days. Every method runs in the transaction of the given manager. */
@Injectable()
export class FiguresRepository {
  constructor(@Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>) {}

  /** Keeps other instances from building until the transaction ends. @returns false when another one is building */
  async lock(manager: EntityManager): Promise<boolean> {
    const [row] = await manager.query<{ locked: boolean }[]>(
      `SELECT pg_try_advisory_xact_lock(${ROLLUP_LOCK}, 0) AS locked`,
    );
    return row?.locked === true;
  }

  /** The same for work that has to be done, and so waits until no other instance builds. */
  async waitForLock(manager: EntityManager): Promise<void> {
    await manager.query(`SELECT pg_advisory_xact_lock(${ROLLUP_LOCK}, 0)`);
  }

  /** Closes the days that are due, as far as that is not done. */
  async close(manager: EntityManager): Promise<void> {
    await manager.query(CLOSE, [this.config.businessTimeZone, DEFINITION]);
    await manager.query(FORGET_FROZEN);
  }

  /** The newest closed day that has to be built, `YYYY-MM-DD`; null: all are built. */
  async newestMarked(manager: EntityManager): Promise<string | null> {
    const [row] = await manager.query<{ day: string | null }[]>(NEWEST_MARKED, [
      this.config.businessTimeZone,
      DEFINITION,
    ]);
    return row?.day ?? null;
  }

  /**
   * Computes the figures of a day. Its marks are removed first, by a statement of its own: the next one sees all that the
   * transactions have committed whose marks it removed, and a mark that comes later stays.
   */
  async build(manager: EntityManager, day: string): Promise<void> {
    await manager.query('DELETE FROM telephony_figure_marks WHERE day = $1', [day]);
    await manager.query('DELETE FROM telephony_figures WHERE kind = ANY ($1) AND day = $2', [
      KIND_NAMES,
      day,
    ]);
    await manager.query(
      'SELECT set_config(name, value, true) FROM unnest($1::text[], $2::text[]) AS setting (name, value)',
      [Object.keys(USUAL_PLANS), Object.values(USUAL_PLANS)],
    );
    await manager.query(BUILD, [this.config.businessTimeZone, day]);
  }

  /**
   * Keeps the figures of days that are older than these as they are, whatever becomes of their calls. A day that has to be
   * built keeps itself and all later ones from it.
   */
  async freeze(manager: EntityManager, days: number): Promise<void> {
    await manager.query(FREEZE, [this.config.businessTimeZone, DEFINITION, days]);
  }

  /** Has these days built again, both included. Of frozen days and of days that are not closed nothing changes. */
  async mark(manager: EntityManager, from: string, to: string): Promise<number> {
    const marked: unknown[] = await manager.query(
      `INSERT INTO telephony_figure_marks (day)
       SELECT day::date
         FROM telephony_figure_state AS state CROSS JOIN LATERAL generate_series(
                greatest($1::date, state.frozen_through + 1)::timestamp,
                least($2::date, state.closed_through)::timestamp, interval '1 day') AS day
        WHERE state.closed_through IS NOT NULL
       RETURNING day`,
      [from, to],
    );
    return marked.length;
  }
}
