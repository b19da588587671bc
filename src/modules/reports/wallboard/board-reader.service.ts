import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { DateTime } from 'luxon';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { PresenceService } from '../../agents/presence/presence.service.js';
import type { WaitEdge } from '../../telephony/calls/log/call-measures.js';
import { ReportsDatabase } from '../pool/reports-database.repository.js';
import { sumOf } from '../rollup/figure-sums.js';
import { type FigureRow, FiguresReader } from '../rollup/figures-reader.repository.js';
import { answeredWithin, lostWithin } from '../rollup/measures.js';
import { type BoardState, SHORT_ABANDON_SECONDS, usualOf } from './board.js';
import { OpenCallsRepository } from './open-calls.repository.js';
import type { BoardHourDto } from './wallboard.dto.js';

/** Weeks whose day of the same name tells what is usual. */
const USUAL_WEEKS = 8;

const OUTCOMES = ['offered', 'answered', 'lost'] as const;

@Injectable()
export class BoardReader {
  readonly timeZone: string;

  constructor(
    private readonly database: ReportsDatabase,
    private readonly figures: FiguresReader,
    private readonly openCalls: OpenCallsRepository,
    private readonly presence: PresenceService,
    @Inject(telephonyConfig.KEY) config: ConfigType<typeof telephonyConfig>,
  ) {
    this.timeZone = config.businessTimeZone;
  }

  /** @param day the business day `YYYY-MM-DD` */
  async read(day: string, serviceLevelSeconds: WaitEdge): Promise<BoardState> {
    const measures = [
      ...OUTCOMES,
      answeredWithin(serviceLevelSeconds),
      lostWithin(SHORT_ABANDON_SECONDS),
    ] as const;
    const { items: agents } = await this.presence.getAll(null);
    return this.database.read(async (manager) => {
      const open = await this.openCalls.findOpen(manager);
      const callsBack = await this.openCalls.countCallsBack(manager, day, this.timeZone);
      const { results } = await this.figures.readIn(manager, { from: day, to: day }, [
        { by: 'queue', measures },
        { by: 'hour', measures: OUTCOMES },
      ]);
      const [queues = [], hours = []] = results;
      return { agents, open, callsBack, total: sumOf(queues, measures), queues, hours };
    });
  }

  /** The average of the days before that have the same name and calls. */
  readUsualHours(today: DateTime): Promise<BoardHourDto[]> {
    return this.database.read(async (manager) => {
      const days: (readonly FigureRow[])[] = [];
      for (let weeks = 1; weeks <= USUAL_WEEKS; weeks++) {
        const day = today.minus({ weeks }).toFormat('yyyy-MM-dd');
        const { results } = await this.figures.readIn(manager, { from: day, to: day }, [
          { by: 'hour', measures: OUTCOMES },
        ]);
        days.push(results[0] ?? []);
      }
      return usualOf(days);
    });
  }
}
