import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsIn } from 'class-validator';
import { RecordingEnvironment } from './recording-environment.js';
import { Variable, WholeNumber } from './variable.js';

/** The waits up to which figures are kept, in seconds: each can be the threshold of the service level. */
const SERVICE_LEVELS = [5, 10, 15, 20, 30, 45, 60, 120] as const;

/** The targets of the wallboard; the variables of webhooks follow in `Environment`. */
export class WallboardEnvironment extends RecordingEnvironment {
  @Variable('Calls to be answered today, in percent of those offered.', 'a whole number from 0 to 100')
  @WholeNumber(0, 100)
  readonly WALLBOARD_ANSWERED_PERCENT: number = 80;

  @Variable(
    'Seconds within which a call is answered in time, for the service level of the wallboard.',
    `one of ${SERVICE_LEVELS.join(', ')}`,
  )
  @Type(() => Number)
  @IsIn(SERVICE_LEVELS)
  readonly WALLBOARD_SERVICE_LEVEL_SECONDS: (typeof SERVICE_LEVELS)[number] = 20;

  @Variable('Seconds that a call may ring.', 'a whole number from 1 to 3600')
  @WholeNumber(1, 3_600)
  readonly WALLBOARD_LONGEST_RING_SECONDS: number = 30;

  @Variable('Agents to be free at any time.', 'a whole number from 0 to 1000')
  @WholeNumber(0, 1_000)
  readonly WALLBOARD_FREE_AGENTS: number = 1;

  @Variable('Missed calls of today that may wait to be called back.', 'a whole number from 0 to 100000')
  @WholeNumber(0, 100_000)
  readonly WALLBOARD_CALLS_BACK: number = 0;
}
