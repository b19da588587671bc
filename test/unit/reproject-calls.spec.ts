import * as fc from 'fast-check';
import { applyEvent } from '../../src/modules/telephony/calls/domain/apply-event.js';
import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import { withEventPayload } from '../../src/modules/telephony/calls/domain/call-meta.js';
import { CallUnitOfWork } from '../../src/modules/telephony/calls/domain/call-unit-of-work.js';
import type { CallWithFacts } from '../../src/modules/telephony/calls/domain/call-with-facts.js';
import { extensionKinds } from '../support/extension-kinds.js';
import { factsOfEvent } from '../../src/modules/telephony/calls/domain/facts/facts-of-event.js';
import { canonical } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import {
  type CallAgain,
  reprojectCalls,
} from '../../src/modules/telephony/calls/domain/reprojection/reproject-calls.js';
import { CALL_START, callEvent } from '../support/call-events.js';
import { CALLERS, history } from '../support/histories.js';

const KINDS = extensionKinds(['voicemail'], ['600:201|202']);
const NOW = new Date(CALL_START + 5 * 86_400_000);
const RUNS = 300;

/** Rows as they are stored, with the events of their receipts. */
interface Stored {
  readonly rows: readonly CallWithFacts[];
  readonly eventsOf: ReadonlyMap<number, readonly CallEvent[]>;
}

function unitOfWorkWith(rows: readonly CallWithFacts[]): CallUnitOfWork {
  return new CallUnitOfWork('bracknet', NOW, structuredClone([...rows]), KINDS);
}

function storedAfter(events: readonly CallEvent[]): Stored {
  const unitOfWork = new CallUnitOfWork('bracknet', NOW, [], KINDS);
  const assignments = events.flatMap((event) => applyEvent(unitOfWork, event) ?? []);
  unitOfWork.assignIds(Array.from({ length: unitOfWork.withoutId }, (_, index) => index + 1));
  const eventsOf = new Map<number, CallEvent[]>();
  for (const { callId, event } of assignments) eventsOf.set(callId, [...(eventsOf.get(callId) ?? []), event]);
  return { rows: [...unitOfWork.all()], eventsOf };
}

/** As a version would have stored them that takes every id of the PBX for one call, and a miss without one for another. */
function storedByIdAlone(events: readonly CallEvent[]): Stored {
  const unitOfWork = new CallUnitOfWork('bracknet', NOW, [], KINDS);
  const rows = new Map<string, CallWithFacts>();
  const eventsOf = new Map<number, CallEvent[]>();
  for (const [index, event] of events.entries()) {
    const { externalCallId } = event;
    const key = externalCallId ?? `miss ${index}`;
    const own = { externalCallId, crmCallId: null, customerId: null, meta: null, effects: {} };
    const facts = factsOfEvent(event, KINDS);
    const row = rows.get(key) ?? unitOfWork.create(own, facts);
    unitOfWork.mergeFacts(row, facts);
    row.meta = withEventPayload(row.meta, event);
    rows.set(key, row);
  }
  unitOfWork.assignIds(Array.from({ length: unitOfWork.withoutId }, (_, index) => index + 1));
  for (const [index, event] of events.entries()) {
    const { id = 0 } = rows.get(event.externalCallId ?? `miss ${index}`) ?? {};
    eventsOf.set(id, [...(eventsOf.get(id) ?? []), event]);
  }
  return { rows: [...unitOfWork.all()], eventsOf };
}

function callsAgain({ rows, eventsOf }: Stored): CallAgain[] {
  return rows.map((row) => ({
    stored: structuredClone(row),
    events: (eventsOf.get(row.id) ?? []).map((event, index) => ({
      receiptId: `${row.id}-${index}`,
      event,
      applied: { occurredAt: event.occurredAt, externalCallId: event.externalCallId },
    })),
  }));
}

/** What the rows say, without what depends on the order in which they were made. */
function contentOf(rows: Iterable<CallWithFacts>): string[] {
  return [...rows]
    .map(({ id: _id, externalIdOccurrence: _occurrence, meta: _meta, effects: _effects, ...call }) =>
      canonical(call),
    )
    .sort();
}

describe('calls of two customers that are derived again', () => {
  it('stay as they are, whatever was reported of them', () => {
    fc.assert(
      fc.property(history, (events) => {
        const stored = storedAfter(events);
        const unitOfWork = unitOfWorkWith(stored.rows);
        reprojectCalls(unitOfWork, callsAgain(stored));
        expect(unitOfWork.changedCalls()).toEqual([]);
        expect(unitOfWork.removedCalls().map(({ id }) => id)).toEqual([]);
        expect(unitOfWork.referenceMoves).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('stay as they are where the receipts of two misses at one moment have moved together', () => {
    const customer = CALLERS[0];
    const missed = (at: number, extension: string): CallEvent =>
      callEvent('missed', at, { externalCallId: null, customer, extension, payload: { at, extension } });
    const stored = storedAfter([
      missed(55, '201'),
      missed(0, '201'),
      callEvent('answered', 0, { externalCallId: 'K-2' }),
      callEvent('incoming', 0, { externalCallId: 'K-2', customer, extension: '201' }),
      missed(55, '202'),
      callEvent('incoming', 0, { externalCallId: 'K-1', customer, extension: '600' }),
    ]);
    const unitOfWork = unitOfWorkWith(stored.rows);
    reprojectCalls(unitOfWork, callsAgain(stored));
    expect(unitOfWork.changedCalls()).toEqual([]);
  });

  it('say what they would say had these rules applied from the beginning', () => {
    fc.assert(
      fc.property(history, (events) => {
        const stored = storedByIdAlone(events);
        const unitOfWork = unitOfWorkWith(stored.rows);
        reprojectCalls(unitOfWork, callsAgain(stored));
        expect(contentOf(unitOfWork.all())).toEqual(contentOf(storedAfter(events).rows));
      }),
      { numRuns: RUNS },
    );
  });

  it('have no effects on tasks, for they are history', () => {
    fc.assert(
      fc.property(history, (events) => {
        const stored = storedByIdAlone(events);
        const unitOfWork = unitOfWorkWith(stored.rows);
        reprojectCalls(unitOfWork, callsAgain(stored));
        const active = unitOfWork.changedCalls().filter((call) => !unitOfWork.isHistorical(call));
        expect(active).toEqual([]);
        expect(unitOfWork.movedMisses).toEqual([]);
      }),
      { numRuns: RUNS / 10 },
    );
  });
});
