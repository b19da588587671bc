import type { Measure } from './measures.js';

/** The columns by which figures are kept apart, beside the day: how each is read from the row `call`, and its type. */
export const KEYS = {
  hour: { sql: 'extract(hour FROM local.at)::smallint', type: 'smallint' },
  queueName: { sql: 'call.queue_name', type: 'varchar', length: 100 },
  /** The extension that has the call, or had it last. */
  extension: { sql: 'call.agent_phone', type: 'varchar', length: 30 },
  trunkName: { sql: 'call.trunk_name', type: 'varchar', length: 100 },
  /** The user who is stamped on the call: who started it, else who held that extension at that time. */
  userId: { sql: 'call.agent_user_id', type: 'integer' },
  direction: { sql: 'call.direction', type: 'varchar', length: 20 },
  /** Of failed calls. A bare miss has none but its disposition. */
  reason: {
    sql: `CASE WHEN call.status = 'failed' THEN coalesce(call.end_reason, call.disposition, 'missed') END`,
    type: 'varchar',
    length: 255,
  },
} as const;

export type Key = keyof typeof KEYS;
export const KEY_NAMES = Object.keys(KEYS) as Key[];

/**
 * For each kind of figures the keys by which the rows of one day are kept apart. Of `reason` and `agent_reason` only failed
 * calls have rows.
 */
export const KINDS = {
  hour: ['hour'],
  queue: ['queueName'],
  extension: ['extension'],
  trunk: ['trunkName'],
  agent: ['userId'],
  direction: ['direction'],
  reason: ['reason'],
  agent_reason: ['userId', 'reason'],
} as const satisfies Record<string, readonly Key[]>;

export type Kind = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as Kind[];

/** By what figures are told apart in an answer: of which kind they are, and the key, as SQL on a row of figures. */
export const BY = {
  none: { kind: 'hour', key: 'NULL::text' },
  day: { kind: 'hour', key: 'figures.day::text' },
  hour: { kind: 'hour', key: 'figures.hour' },
  weekday: { kind: 'hour', key: 'extract(isodow FROM figures.day)::integer' },
  queue: { kind: 'queue', key: 'figures.queue_name' },
  extension: { kind: 'extension', key: 'figures.extension' },
  trunk: { kind: 'trunk', key: 'figures.trunk_name' },
  agent: { kind: 'agent', key: 'figures.user_id' },
  direction: { kind: 'direction', key: 'figures.direction' },
  reason: { kind: 'reason', key: 'figures.reason' },
} as const satisfies Record<string, { kind: Kind; key: string }>;

export type By = keyof typeof BY;

/** The kinds that tell the calls of one agent apart. */
const BY_OF_AGENT: Partial<Record<By, Kind>> = { none: 'agent', reason: 'agent_reason' };

export interface FigureQuery {
  readonly by: By;
  readonly measures: readonly Measure[];
  /** Only calls with this user stamped on them; with `none` and `reason` alone. */
  readonly agentUserId?: number;
}

/** @throws Error for what is not kept: a mistake of the caller */
export function kindOf({ by, agentUserId }: FigureQuery): Kind {
  const kind = agentUserId === undefined ? BY[by].kind : BY_OF_AGENT[by];
  if (kind === undefined) throw new Error(`Figures of one agent are not kept by ${by}`);
  return kind;
}
