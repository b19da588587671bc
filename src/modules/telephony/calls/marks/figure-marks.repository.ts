import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DateTime } from 'luxon';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../../../common/time/clock.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { PreparedStatement } from '../../../../database/batch/prepared-statement.js';
import type { CallWithFacts } from '../domain/call-with-facts.js';
import type { CallUnitOfWork } from '../domain/call-unit-of-work.js';
import { CALLBACK_WINDOW } from '../log/call-measures.js';

/**
 * How far the clock of this instance may be behind that of the database. What began since its midnight, as seen so far
 * ahead, needs no mark, and so no statement.
 */
const CLOCK_MARGIN_MINUTES = 60;

/**
 * A call counts on the day on which it began, and as a call back for misses that began up to 24 hours before. Yesterday and
 * today are never marked: they are counted when they are read. The database's clock decides which days these are, because
 * it also decides when a day is closed.
 */
const WRITE = new PreparedStatement(
  'write-figure-marks',
  `
    INSERT INTO telephony_figure_marks (day)
    SELECT DISTINCT day::date
      FROM unnest($1::timestamptz[]) AS begun (at)
     CROSS JOIN LATERAL generate_series(((at - interval '${CALLBACK_WINDOW}') AT TIME ZONE $2)::date::timestamp,
                                        (at AT TIME ZONE $2)::date::timestamp, interval '1 day') AS day
     WHERE day::date < (now() AT TIME ZONE $2)::date - 1`,
);

/** Marks the days whose figures a change of calls makes wrong, in the transaction of the change. */
@Injectable()
export class FigureMarks {
  /** Until when `since` holds, and the moment from which on a call needs no mark; both in milliseconds. */
  private live = { until: 0, since: 0 };

  constructor(
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** For all that a unit of work has changed. Costs nothing when all of it began today. */
  async write(manager: EntityManager, unitOfWork: CallUnitOfWork): Promise<void> {
    await this.writeFor(manager, begunBefore(unitOfWork, this.liveSince()));
  }

  /** For rows that are changed otherwise, where `started_at` stays. */
  async writeForRows(
    manager: EntityManager,
    calls: readonly Pick<CallWithFacts, 'startedAt'>[],
  ): Promise<void> {
    const since = this.liveSince();
    await this.writeFor(
      manager,
      calls.flatMap(({ startedAt }) => (startedAt !== null && Number(startedAt) < since ? [startedAt] : [])),
    );
  }

  private async writeFor(manager: EntityManager, times: readonly Date[]): Promise<void> {
    if (times.length === 0) return;
    const texts = new Set(times.map((time) => time.toISOString()));
    await WRITE.run(manager, [[...texts], this.config.businessTimeZone]);
  }

  private liveSince(): number {
    const now = Number(this.clock.now());
    if (now < this.live.until) return this.live.since;
    const ahead = DateTime.fromMillis(now, { zone: this.config.businessTimeZone }).plus({
      minutes: CLOCK_MARGIN_MINUTES,
    });
    const midnight = ahead.startOf('day');
    // After a day of 23 hours, a call of the first hour may make up for a miss of the day before yesterday, which is closed.
    const dayAfterYesterdayBegan = ahead.minus({ days: 1 }).startOf('day').plus({ hours: 24 });
    const until = midnight.plus({ days: 1 }).minus({ minutes: CLOCK_MARGIN_MINUTES });
    this.live = {
      until: until.toMillis(),
      since: Math.max(midnight.toMillis(), dayAfterYesterdayBegan.toMillis()),
    };
    return this.live.since;
  }
}

/** When the rows of these calls began, as they are stored and as they will be, as far as that is before a time. */
function begunBefore(unitOfWork: CallUnitOfWork, since: number): Date[] {
  const times: Date[] = [];
  const add = (time: Date | null | undefined): void => {
    if (time && Number(time) < since) times.push(time);
  };
  for (const call of unitOfWork.changedCalls()) {
    add(call.startedAt);
    add(call.storedStart);
  }
  for (const call of unitOfWork.removedCalls()) add(call.storedStart);
  return times;
}
