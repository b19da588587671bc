import { EVENT_NAMES } from './webhooks/events.js';
import { chanceOrSome, Fields, flag, oneOf, orNull, text, wholeNumber } from './http/fields.js';
import type { CallSettings } from './call-settings.js';
import {
  INBOUND_SCENARIOS,
  OUTBOUND_SCENARIOS,
  type OutboundScenario,
  type ScenarioName,
} from './scenario.js';
import { START_ANSWERS, type StartAnswerName } from './start-answer.js';

/** Default behaviour of the simulated PBX; `POST /behaviour` changes it. */
export interface Behaviour extends CallSettings {
  /** Scenario of calls placed by `/api/call/start`. */
  scenario: OutboundScenario;
  answer: StartAnswerName;
  /** Milliseconds until the `slow` answer is sent. */
  slowMs: number;
}

/** A call placed by `POST /simulate`. */
export interface Simulation {
  scenario: ScenarioName;
  /** The customer's number, in any notation; also withheld or invalid ones. */
  from: string;
  toExtension: string;
  /** Respond only after all webhooks were posted, and list their results. */
  wait: boolean;
  settings: CallSettings;
}

/** The fields of the contract's start request that the simulator uses. */
export interface StartRequest {
  agentExtension: string;
  customerNumber: string;
  /** Not validated; undefined when absent. */
  crmCallId: unknown;
}

export const DEFAULT_BEHAVIOUR: Behaviour = {
  talkSeconds: 65,
  delayMs: 0,
  duplicate: 1,
  shuffle: false,
  seed: null,
  drop: 0,
  eventBeforeAnswer: false,
  oneShot: false,
  transferTo: '301',
  echoCrmCallId: false,
  scenario: 'answered',
  answer: 'ok',
  slowMs: 30_000,
};

const extension = text(/^\d{2,6}$/, 'an extension of 2 to 6 digits');
const milliseconds = wholeNumber(0, 600_000);

/** Returns `base` with the fields of the input. @throws {Refusal} 400 naming a field that is unknown or invalid */
export function readBehaviour(input: unknown, base: Behaviour): Behaviour {
  const fields = new Fields(input);
  const behaviour = {
    ...readCallSettings(fields, base),
    scenario: fields.take('scenario', oneOf(OUTBOUND_SCENARIOS), base.scenario),
    answer: fields.take('answer', oneOf(START_ANSWERS), base.answer),
    slowMs: fields.take('slowMs', milliseconds, base.slowMs),
  };
  fields.rejectUnknown();
  return behaviour;
}

/** @throws {Refusal} 400 naming a field that is missing, unknown or invalid */
export function readSimulation(input: unknown, base: CallSettings): Simulation {
  const fields = new Fields(input);
  const simulation = {
    scenario: fields.need('scenario', oneOf([...OUTBOUND_SCENARIOS, ...INBOUND_SCENARIOS])),
    from: fields.take('from', text(/^.{0,100}$/s, 'text of at most 100 characters'), '01700000000'),
    toExtension: fields.take('to_extension', extension, '201'),
    wait: fields.take('wait', flag, false),
    settings: readCallSettings(fields, base),
  };
  fields.rejectUnknown();
  return simulation;
}

/** Reads only the fields that the simulator uses and ignores the others. @throws {Refusal} 400 */
export function readStart(input: unknown): StartRequest {
  const fields = new Fields(input);
  return {
    agentExtension: fields.need('agent_extension', extension),
    customerNumber: fields.need('customer_number', text(/./, 'a phone number')),
    crmCallId: fields.take('crm_call_id', (value) => value, undefined),
  };
}

/** The id, not validated: `Pbx.find` answers 404 for anything but the id of a call. @throws {Refusal} 400 */
export function readCallId(input: unknown): unknown {
  return new Fields(input).need('bracknet_call_id', (value) => value);
}

/** @throws {Refusal} 400 */
export function readTransferExtension(input: unknown): string {
  return new Fields(input).need('transfer_extension', extension);
}

function readCallSettings(fields: Fields, base: CallSettings): CallSettings {
  return {
    talkSeconds: fields.take('talkSeconds', wholeNumber(1, 86_400), base.talkSeconds),
    delayMs: fields.take('delayMs', milliseconds, base.delayMs),
    duplicate: fields.take('duplicate', wholeNumber(1, 100), base.duplicate),
    shuffle: fields.take('shuffle', flag, base.shuffle),
    seed: fields.take('seed', orNull(wholeNumber(0, 2 ** 32 - 1)), base.seed),
    drop: fields.take('drop', chanceOrSome(EVENT_NAMES), base.drop),
    eventBeforeAnswer: fields.take('eventBeforeAnswer', flag, base.eventBeforeAnswer),
    oneShot: fields.take('oneShot', flag, base.oneShot),
    transferTo: fields.take('transferTo', extension, base.transferTo),
    echoCrmCallId: fields.take('echoCrmCallId', flag, base.echoCrmCallId),
  };
}
