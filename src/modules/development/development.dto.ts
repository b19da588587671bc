import { IsIn, IsOptional } from 'class-validator';
import { IsText } from '../../common/http/is-text.decorator.js';
import { type Scenario, SCENARIOS } from './scenarios.js';

export class PlayScenarioRequest {
  @IsIn(SCENARIOS)
  scenario: Scenario;

  /** Where it rings; default: the user's own. */
  @IsOptional()
  @IsText(30)
  extension?: string;
}

export interface ScenarioListDto {
  readonly scenarios: readonly Scenario[];
  /** How many are played now, and how many may be. */
  readonly playing: number;
  readonly most: number;
  /** Whether the customers of the scenarios have names and orders: in the embedded database alone. */
  readonly hasSamples: boolean;
}

export interface PlayedScenarioDto {
  readonly scenario: Scenario;
  /** The PBX's id of the call. */
  readonly externalCallId: string;
  readonly extension: string;
  readonly customerNumber: string;
  /** How this service answered the first webhook: 200, or why it was refused; null: not at all. */
  readonly status: number | null;
}
