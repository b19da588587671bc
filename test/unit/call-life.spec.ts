import fc from 'fast-check';
import { applyEvent, applyFacts } from '../../src/modules/telephony/calls/domain/apply-event.js';
import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import { CallUnitOfWork } from '../../src/modules/telephony/calls/domain/call-unit-of-work.js';
import type { CallWithFacts } from '../../src/modules/telephony/calls/domain/call-with-facts.js';
import { canonical, identityOf } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import { project } from '../../src/modules/telephony/calls/domain/facts/projection.js';
import {
  contributionsOf,
  factsAlong,
  type ReceiptOfCall,
} from '../../src/modules/telephony/calls/domain/life/contributions.js';
import { explain } from '../../src/modules/telephony/calls/domain/life/explanations.js';
import {
  columnOf,
  type ColumnValue,
  rowSteps,
  valueOf,
} from '../../src/modules/telephony/calls/domain/life/row-steps.js';
import { isOver } from '../../src/modules/telephony/calls/domain/call-vocabulary.js';
import { inferredEndFor, ruleOf } from '../../src/modules/telephony/calls/domain/sweep-rules.js';
import { CALL_START, callEvent, CUSTOMER, LIVES } from '../support/call-events.js';
import { history } from '../support/histories.js';
import { propertyRuns } from '../support/property-runs.js';

const NOW = new Date(CALL_START + 5 * 3_600_000);
const CHOSEN = { isCustomerChosen: false };

interface Told {
  readonly call: CallWithFacts;
  readonly receipts: readonly ReceiptOfCall[];
}

/** The calls that these events make, each with its receipts. */
function callsOf(events: readonly CallEvent[], isSwept = false): Told[] {
  const unitOfWork = new CallUnitOfWork('bracknet', NOW, []);
  for (const event of events) applyEvent(unitOfWork, event);
  if (isSwept) {
    for (const call of [...unitOfWork.all()].filter(({ status }) => !isOver(status))) {
      applyFacts(unitOfWork, call.id, { inferredEnd: inferredEndFor(ruleOf(call), call, NOW) });
    }
  }
  const receipts = unitOfWork.assignments.map(({ event, callId }, index) => ({
    callId,
    receiptId: String(index + 1),
    receivedAt: event.receivedAt,
    occurredAt: event.occurredAt,
    externalCallId: event.externalCallId,
    event,
  }));
  return [...unitOfWork.all()].map((call) => ({
    call,
    receipts: receipts.filter(({ callId }) => callId === call.id),
  }));
}

function lifeOf({ call, receipts }: Told) {
  const contributions = contributionsOf(call.facts, receipts);
  return { contributions, along: factsAlong(contributions) };
}

/** The columns after all steps, each of which says what it changes. */
function rowAfter(told: Told): Record<string, ColumnValue> {
  const row: Record<string, ColumnValue> = {};
  for (const changes of rowSteps(lifeOf(told).along)) {
    for (const { column, from, to } of changes) {
      expect(canonical(row[column] ?? null)).toBe(canonical(from));
      row[column] = to;
    }
  }
  return row;
}

describe('the life of a call', () => {
  it('leads step by step to the row, whatever was reported and in whichever order', () => {
    fc.assert(
      fc.property(history, fc.boolean(), fc.boolean(), (events, isSwept, isErased) => {
        for (const told of callsOf(events, isSwept)) {
          const receipts = isErased ? told.receipts.map((one) => ({ ...one, event: null })) : told.receipts;
          const { along } = lifeOf({ ...told, receipts });
          expect(canonical(along.at(-1))).toBe(canonical(told.call.facts));
          const row = rowAfter({ ...told, receipts });
          for (const [property, value] of Object.entries(project(told.call.facts))) {
            expect(canonical(row[columnOf(property)] ?? null)).toBe(canonical(valueOf(value)));
          }
        }
      }),
      { numRuns: propertyRuns(150) },
    );
  });

  it('explains each column by reports that the row has and that carry the value', () => {
    fc.assert(
      fc.property(history, fc.boolean(), (events, isSwept) => {
        for (const { call } of callsOf(events, isSwept)) {
          const reports = new Set((call.facts.reports ?? []).map(identityOf));
          for (const { column, value, basis, origins } of explain(call, CHOSEN)) {
            const named = origins.filter((origin) => typeof origin === 'object');
            for (const report of named) expect(reports).toContain(identityOf(report));
            if (basis === 'unknown') expect(value).toBeNull();
            if (basis !== 'reported') continue;
            const [report] = named;
            if (column.endsWith('_at')) expect(report?.at).toBe(value);
            if (column === 'duration_seconds') expect(report?.durationSeconds).toBe(value);
            if (column === 'agent_phone') expect(report?.extension).toBe(value);
            if (column === 'end_reason') expect(report?.endReason).toBe(value);
            if (column === 'disposition') expect(report?.disposition).toBe(value);
            if (column === 'customer_phone') expect(report?.phone).toBe(value);
          }
        }
      }),
      { numRuns: propertyRuns(150) },
    );
  });

  it('says by which rule a usual call is what it is', () => {
    const [told] = callsOf(LIVES.inbound);
    expect(told).toBeDefined();
    const rules = explain((told as Told).call, CHOSEN).map(({ column, rule }) => `${column} ${rule}`);
    expect(rules).toEqual([
      'status talk-reported',
      'disposition disposition-talk',
      'end_reason reason-reported',
      'started_at started-reported',
      'answered_at answered-reported',
      'ended_at ended-reported',
      'duration_seconds duration-reported',
      'agent_phone agent-answered',
      'agent_user_id user-none',
      'customer_phone number-reported',
      'customer_id customer-none',
      'direction direction-announced',
    ]);
  });

  it('shows a repetition as a receipt that changes nothing', () => {
    const ring = callEvent('incoming', 0, { customer: CUSTOMER, extension: '201' });
    const later = { ...ring, receivedAt: new Date(CALL_START + 60_000) };
    const [told] = callsOf([ring, later]);
    const steps = rowSteps(lifeOf(told as Told).along);
    expect(steps.map(({ length }) => length > 0)).toEqual([true, false]);
  });

  it('counts no receipt whose report the row does not have', () => {
    const [told] = callsOf([callEvent('incoming', 0, { customer: CUSTOMER, extension: '201' })]);
    const { call, receipts } = told as Told;
    const other = callEvent('answered', 3, { extension: '202' });
    const foreign = {
      receiptId: '9',
      receivedAt: other.receivedAt,
      occurredAt: null,
      externalCallId: 'X',
      event: other,
    };
    const { contributions, along } = lifeOf({ call, receipts: [...receipts, foreign] });
    expect(contributions.map(({ report }) => report?.type ?? null)).toEqual(['incoming', null]);
    expect(canonical(along.at(-1))).toBe(canonical(call.facts));
  });
});
