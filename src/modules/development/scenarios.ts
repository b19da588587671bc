import type { ScenarioName } from '../../simulator/scenario.js';

/** Names of the scenarios, in the order in which they are offered. */
export const SCENARIOS = ['answered', 'missed', 'transferred', 'busy', 'unknown', 'withheld'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** Simulated seconds between answer and end: long enough to look at the call, short enough to wait for. */
export const TALK_SECONDS = 20;

/** Customers of the sample tables; see `samples/sample-customers.repository.ts`. */
export const SAMPLE_NUMBERS = { regular: '01711000001', waiting: '01811000002' } as const;

/** A valid number that no sample customer has. */
const UNKNOWN_NUMBER = '01911000003';

/** What a scenario is made of. */
export interface ScenarioPlan {
  /** The life of the call, as the simulated PBX knows it. */
  readonly life: ScenarioName;
  /** The customer's number, as the PBX writes it. */
  readonly customerNumber: string;
  /** Whether everything is posted to the one-shot address, which takes the ring of an outbound call. */
  readonly oneShot: boolean;
}

export const PLANS: Readonly<Record<Scenario, ScenarioPlan>> = {
  answered: { life: 'inbound-answered', customerNumber: SAMPLE_NUMBERS.regular, oneShot: false },
  missed: { life: 'inbound-missed', customerNumber: SAMPLE_NUMBERS.waiting, oneShot: false },
  transferred: { life: 'inbound-transferred', customerNumber: SAMPLE_NUMBERS.regular, oneShot: false },
  busy: { life: 'busy', customerNumber: SAMPLE_NUMBERS.waiting, oneShot: true },
  unknown: { life: 'inbound-answered', customerNumber: UNKNOWN_NUMBER, oneShot: false },
  withheld: { life: 'inbound-answered', customerNumber: 'anonymous', oneShot: false },
};
