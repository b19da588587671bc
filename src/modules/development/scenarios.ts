import type { ScenarioName } from '../../simulator/scenario.js';

/** Names of the scenarios, in the order in which they are offered. */
export const SCENARIOS = [
  'tour',
  'answered',
  'missed',
  'transferred',
  'busy',
  'unknown',
  'withheld',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** Simulated seconds between answer and end: long enough to look at the call, short enough to wait for. */
export const TALK_SECONDS = 20;

/** Customers of the sample tables; see `samples/sample-customers.repository.ts`. */
export const SAMPLE_NUMBERS = { regular: '01711000001', waiting: '01811000002' } as const;

/** A valid number that no sample customer has. */
const UNKNOWN_NUMBER = '01911000003';

/** One call of a scenario. */
export interface ScenarioPlan {
  /** The life of the call, as the simulated PBX knows it. */
  readonly life: ScenarioName;
  /** The customer's number, as the PBX writes it. */
  readonly customerNumber: string;
  /** Whether everything is posted to the one-shot address, which takes the ring of an outbound call. */
  readonly oneShot: boolean;
  /** Seconds from the beginning of the scenario until it rings. */
  readonly afterSeconds: number;
}

const ANSWERED: ScenarioPlan = {
  life: 'inbound-answered',
  customerNumber: SAMPLE_NUMBERS.regular,
  oneShot: false,
  afterSeconds: 0,
};
const MISSED: ScenarioPlan = {
  ...ANSWERED,
  life: 'inbound-missed',
  customerNumber: SAMPLE_NUMBERS.waiting,
};

/** tour: the call of one customer is answered and recorded, and another one gives up meanwhile. */
export const PLANS: Readonly<Record<Scenario, readonly [ScenarioPlan, ...ScenarioPlan[]]>> = {
  tour: [ANSWERED, { ...MISSED, afterSeconds: 15 }],
  answered: [ANSWERED],
  missed: [MISSED],
  transferred: [{ ...ANSWERED, life: 'inbound-transferred' }],
  busy: [{ ...MISSED, life: 'busy', oneShot: true }],
  unknown: [{ ...ANSWERED, customerNumber: UNKNOWN_NUMBER }],
  withheld: [{ ...ANSWERED, customerNumber: 'anonymous' }],
};
