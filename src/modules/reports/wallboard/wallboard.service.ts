import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DateTime } from 'luxon';
import { Clock } from '../../../common/time/clock.js';
import { reportsConfig } from '../../../config/namespaces/reports.config.js';
import { BoardReader } from './board-reader.service.js';
import { boardOf } from './board.js';
import type { BoardHourDto, WallboardDto } from './wallboard.dto.js';

/** For so long all viewers are given the same board, in milliseconds. */
const FRESH_MS = 2_000;

/** For so long the usual hours are kept: days that are over change rarely. In milliseconds. */
const USUAL_MS = 900_000;

/** A value that is read once for all who ask meanwhile and shortly after. A failure is not kept. */
class Shared<T> {
  private latest: { readonly at: number; readonly key: string; readonly value: Promise<T> } | null = null;

  constructor(private readonly keptMs: number) {}

  get(key: string, now: number, read: () => Promise<T>): Promise<T> {
    const { latest } = this;
    if (latest?.key === key && now - latest.at < this.keptMs) return latest.value;
    const value = read().catch((error: unknown) => {
      if (this.latest?.value === value) this.latest = null;
      throw error;
    });
    this.latest = { at: now, key, value };
    return value;
  }
}

/** How it is at the desk now: read once for all who look at it. */
@Injectable()
export class WallboardService {
  private readonly board = new Shared<WallboardDto>(FRESH_MS);
  private readonly usual = new Shared<BoardHourDto[]>(USUAL_MS);

  constructor(
    private readonly reader: BoardReader,
    private readonly clock: Clock,
    @Inject(reportsConfig.KEY) private readonly config: ConfigType<typeof reportsConfig>,
  ) {}

  /** At most two seconds old. */
  get(): Promise<WallboardDto> {
    const at = this.clock.now();
    return this.board.get('now', at.getTime(), () => this.read(at));
  }

  private async read(at: Date): Promise<WallboardDto> {
    const { timeZone } = this.reader;
    const today = DateTime.fromJSDate(at, { zone: timeZone });
    const day = today.toFormat('yyyy-MM-dd');
    const { wallboard: targets } = this.config;
    const state = await this.reader.read(day, targets.serviceLevelSeconds);
    const usualHours = await this.usual.get(day, at.getTime(), () => this.reader.readUsualHours(today));
    return { at, timeZone, businessDay: day, ...boardOf(state, targets), usualHours };
  }
}
