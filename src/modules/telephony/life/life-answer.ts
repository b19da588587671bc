import { maskNumber, maskNumbersIn } from '../../../common/phone-number.js';
import type { AuditEntry } from '../../audit/audit-entry.entity.js';
import type { CallTask } from '../../crm/call-tasks/call-tasks.service.js';
import type { CallWithFacts } from '../calls/domain/call-with-facts.js';
import { callSuffix } from '../calls/domain/effects/call-notes.js';
import type { EffectMark } from '../calls/domain/effects/effect-marks.js';
import { reportsOf } from '../calls/domain/facts/call-facts.js';
import { identityOf } from '../calls/domain/facts/merge.js';
import { project } from '../calls/domain/facts/projection.js';
import { type Contribution, contributionsOf, factsAlong } from '../calls/domain/life/contributions.js';
import { explain, type Origin, ruleOfInferredEnd } from '../calls/domain/life/explanations.js';
import { LIFE_RULES } from '../calls/domain/life/life-rules.js';
import {
  changedColumns,
  type ColumnStep,
  type ColumnValue,
  rowSteps,
} from '../calls/domain/life/row-steps.js';
import type { WebhookReceipt } from '../webhooks/inbox/receipts/webhook-receipt.entity.js';
import type { ReceiptAgain } from '../webhooks/reprojection/receipts-again.js';
import type {
  CallLifeDto,
  ClockRemark,
  LifeActDto,
  LifeChangeDto,
  LifeEffectDto,
  LifeEntryDto,
  LifeEntryKind,
  LifeReceiptDto,
  LifeTaskDto,
} from './call-life.dto.js';

/** What the life of a call is told from. */
export interface LifeSources {
  readonly call: CallWithFacts;
  /** In order of receipt; of many the first and the last. */
  readonly receipts: readonly WebhookReceipt[];
  readonly receiptCount: number;
  /** The receipts whose event can be read. */
  readonly events: readonly ReceiptAgain[];
  /** The acts of users on the call, in their order. */
  readonly acts: readonly AuditEntry[];
  readonly tasks: readonly CallTask[];
  /** Other calls that had its id of the PBX. */
  readonly otherCallIds: readonly number[];
}

/** Acts that add no facts have an entry of their own. */
const KIND_OF_ACT: Readonly<Record<string, LifeEntryKind>> = {
  'call.start': 'start',
  'call.hangup': 'hangup',
  'call.transfer': 'transfer',
  'call.customer': 'customer',
  'call.clear': 'clear',
};

/** Kinds of contributions with the act of a user that each comes from. */
const ACT_OF_KIND: Readonly<Record<string, string>> = { start: 'call.start', transfer: 'call.transfer' };

export function lifeOf(sources: LifeSources): CallLifeDto {
  const { call, receipts, receiptCount, acts } = sources;
  const contributions = contributionsOf(call.facts, receiptsOf(sources));
  const entries = entriesOf(sources, contributions);
  const taskIds = effectsOf(call).flatMap((effect) => effect.taskIds);
  return {
    id: call.id,
    erasedAt: erasedAtOf(call),
    identity: identityOfCall(sources),
    receiptCount,
    receiptsLeftOut: receiptCount - receipts.length,
    entries: entries.map(({ entry }) => entry),
    why: explain(call, { isCustomerChosen: acts.some(isChoice) }).map(
      ({ column, value, rule, basis, origins }) => ({
        column,
        value: shown(column, value),
        rule,
        basis,
        sentence: LIFE_RULES[rule],
        entries: origins.flatMap((origin) => {
          const index = entries.findIndex(
            ({ contribution }) => contribution !== null && isFrom(contribution, origin),
          );
          return index < 0 ? [] : [index];
        }),
      }),
    ),
    differences: changedColumns(call, project(call.facts))
      .filter(({ column }) => !isCorrelated(column, call))
      .map(masked)
      .map(({ column, from, to }) => ({ column, stored: from, derived: to })),
    effects: effectsOf(call),
    tasks: tasksOf(sources, taskIds),
  };
}

interface Entry {
  readonly entry: LifeEntryDto;
  /** null: it adds no facts. */
  readonly contribution: Contribution | null;
}

function entriesOf({ call, receipts, acts }: LifeSources, contributions: readonly Contribution[]): Entry[] {
  const steps = rowSteps(factsAlong(contributions));
  const rest = [...acts];
  const take = (action: string | undefined): AuditEntry | null => {
    const index = rest.findIndex((act) => act.action === action && act.outcome === 'done');
    return index < 0 ? null : (rest.splice(index, 1)[0] ?? null);
  };
  const learnt = contributions.map((contribution, index): Entry => {
    const { kind, at, receiptId, report } = contribution;
    const receipt = receipts.find(({ id }) => id === receiptId) ?? null;
    const rule = kind === 'inferred-end' ? ruleOfInferredEnd(call) : null;
    const act = take(rule === 'ended-cleared' ? 'call.clear' : ACT_OF_KIND[kind]);
    const changes = (steps[index] ?? []).map(masked);
    const entry = {
      kind,
      at,
      receipt: receipt && receiptDto(receipt, report !== null),
      reported: report?.type ?? null,
      act: act && actDto(act),
      rule,
      sentence: rule && LIFE_RULES[rule],
      changes,
    };
    return { entry, contribution };
  });
  const others = rest.flatMap((act): Entry[] => {
    const kind = KIND_OF_ACT[act.action];
    return kind === undefined ? [] : [plainEntry(kind, act.at.toISOString(), actDto(act))];
  });
  const erasedAt = erasedAtOf(call);
  const erased = erasedAt === null ? [] : [plainEntry('erased', erasedAt, null)];
  return [...learnt, ...others, ...erased].sort((a, b) => compare(a.entry.at, b.entry.at));
}

function plainEntry(kind: LifeEntryKind, at: string, act: LifeActDto | null): Entry {
  const entry = { kind, at, receipt: null, reported: null, act, rule: null, sentence: null, changes: [] };
  return { entry, contribution: null };
}

function receiptsOf({ receipts, events }: LifeSources) {
  const read = new Map(events.map(({ receiptId, event }) => [receiptId, event]));
  return receipts.map(({ id, receivedAt, occurredAt, externalCallId }) => ({
    receiptId: id,
    receivedAt,
    occurredAt,
    externalCallId,
    event: read.get(id) ?? null,
  }));
}

function receiptDto(receipt: WebhookReceipt, counted: boolean): LifeReceiptDto {
  const { id, eventType, route, deliveryId, outcome, receivedAt, occurredAt, clockSkewSeconds } = receipt;
  return {
    id,
    event: eventType === null ? null : maskNumbersIn(eventType),
    route,
    deliveryId,
    state: outcome,
    receivedAt,
    eventAt: occurredAt,
    clock: clockOf(receipt),
    clockSkewSeconds,
    externalCallId: receipt.externalCallId,
    ignoredFields: receipt.ignoredFields ?? [],
    erased: receipt.erasedDigest !== null,
    counted,
  };
}

function clockOf({ clockSkewSeconds, occurredAtSource }: WebhookReceipt): ClockRemark | null {
  if (clockSkewSeconds !== null) return clockSkewSeconds > 0 ? 'ahead' : 'behind';
  return occurredAtSource === 'received' ? 'no-time' : null;
}

function actDto({ userId, outcome, code }: AuditEntry): LifeActDto {
  return { userId, outcome, code };
}

function isFrom({ kind, report }: Contribution, origin: Origin): boolean {
  if (origin === 'beginning') return kind === 'start' || kind === 'former';
  if (origin === 'inferred-end') return kind === 'inferred-end';
  return report !== null && identityOf(report) === identityOf(origin);
}

function isChoice({ action, outcome }: AuditEntry): boolean {
  return action === 'call.customer' && outcome === 'done';
}

const NUMBER_COLUMNS = new Set(['customer_phone', 'customer_number_e164']);
/** As the PBX wrote them. */
const TEXT_COLUMNS = new Set(['end_reason', 'queue_name', 'trunk_name']);
const ADDRESS_COLUMN = 'recording_url';

function masked({ column, from, to }: ColumnStep): LifeChangeDto {
  return { column, from: shown(column, from), to: shown(column, to) };
}

/** Without telephone numbers; an address of a recording may open it. */
function shown(column: string, value: ColumnValue): ColumnValue {
  if (typeof value !== 'string') return value;
  if (column === ADDRESS_COLUMN) return '(an address)';
  if (NUMBER_COLUMNS.has(column)) return maskNumber(value);
  return TEXT_COLUMNS.has(column) ? maskNumbersIn(value) : value;
}

function isCorrelated(column: string, { disposition }: CallWithFacts): boolean {
  return column === 'disposition' && disposition === 'answered_elsewhere';
}

function identityOfCall({ call, receipts, otherCallIds }: LifeSources): CallLifeDto['identity'] {
  const ids = receipts.flatMap(({ externalCallId }) => externalCallId ?? []);
  return {
    externalCallId: call.externalCallId,
    occurrence: call.externalIdOccurrence,
    otherCallIds: [...otherCallIds],
    otherExternalIds: [...new Set(ids)].filter((id) => id !== call.externalCallId),
    unnamedMisses: reportsOf(call.facts).filter(({ unnamed }) => unnamed === true).length,
  };
}

function effectsOf({ effects }: CallWithFacts): LifeEffectDto[] {
  return Object.entries(effects as Readonly<Record<string, EffectMark>>)
    .map(([effect, { at, taskId, taskIds, inferred }]) => ({
      effect,
      at,
      taskIds: [...new Set([...(taskId === null ? [] : [taskId]), ...(taskIds ?? [])])],
      inferred: inferred === true,
    }))
    .sort((a, b) => compare(a.at, b.at));
}

function tasksOf({ call, tasks }: LifeSources, taskIds: readonly number[]): LifeTaskDto[] {
  const ids = [...new Set([...taskIds, ...(call.taskId === null ? [] : [call.taskId])])];
  const found = new Map(tasks.map((task) => [task.id, task]));
  return ids.map((id) => {
    const task = found.get(id);
    const lines = (task?.notes ?? '').split('\n').filter((line) => line.endsWith(callSuffix(call.id)));
    return {
      id,
      status: task?.status ?? null,
      reason: task?.callReason ?? null,
      lines: lines.map(maskNumbersIn),
    };
  });
}

function erasedAtOf({ meta }: CallWithFacts): string | null {
  return typeof meta?.erasedAt === 'string' ? meta.erasedAt : null;
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
