import * as fc from 'fast-check';
import { applyEvent } from '../../src/modules/telephony/calls/domain/apply-event.js';
import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import { CallUnitOfWork } from '../../src/modules/telephony/calls/domain/call-unit-of-work.js';
import type { CallWithFacts } from '../../src/modules/telephony/calls/domain/call-with-facts.js';
import { extensionKinds } from '../support/extension-kinds.js';
import { isMissedCustomer } from '../../src/modules/telephony/calls/domain/effects/call-effects.js';
import {
  factsOfEvent,
  transferReport,
} from '../../src/modules/telephony/calls/domain/facts/facts-of-event.js';
import { merge } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import {
  identifyCalls,
  isPlainlyOne,
} from '../../src/modules/telephony/calls/domain/identity/identify-calls.js';
import { type CallFacts, reportsOf } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import { CALL_START, callEvent } from '../support/call-events.js';
import { CALLERS, extension, history, historyInTwoOrders, HOLDINGS, second } from '../support/histories.js';
import { storedCall, timeOf } from '../support/call-rows.js';
import { propertyRuns } from '../support/property-runs.js';

const KINDS = extensionKinds(['voicemail'], ['600:201|202'], HOLDINGS);
const NOW = new Date(CALL_START + 5 * 86_400_000);
const RUNS = propertyRuns(500);

/** A call that an agent started, as far as it is known before the PBX reports it. */
const begin = (facts: CallFacts): CallWithFacts => storedCall(1, facts, { externalCallId: 'K-1' });

function callsAfter(events: readonly CallEvent[], before: readonly CallFacts[] = []): CallWithFacts[] {
  const unitOfWork = new CallUnitOfWork('bracknet', NOW, before.map(begin), KINDS);
  for (const event of events) applyEvent(unitOfWork, event);
  return [...unitOfWork.all()];
}

/** What a row says, without what depends on the order of arrival. */
function contentOf({ id: _id, externalIdOccurrence: _occurrence, meta, ...call }: CallWithFacts): string {
  const { events = [] } = (meta ?? {}) as { events?: unknown[] };
  return JSON.stringify({ ...call, payloads: events.length }, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function rowsAfter(events: readonly CallEvent[]): string[] {
  return callsAfter(events).map(contentOf).sort();
}

describe('whatever a PBX reports about the calls of two customers', () => {
  it('any order and any repetition end in the same rows', () => {
    fc.assert(
      fc.property(historyInTwoOrders, ([events, shuffled]) => {
        expect(rowsAfter(shuffled)).toEqual(rowsAfter(events));
      }),
      { numRuns: RUNS },
    );
  });

  it('any order ends in the same rows also where an agent has started the call, or transferred it', () => {
    const callers = fc.constantFrom(...CALLERS);
    const started = fc
      .tuple(callers, second, fc.option(fc.tuple(second, extension)))
      .map(([customer, at, transfer]): CallFacts => ({
        origin: {
          kind: 'start',
          at: timeOf(at).toISOString(),
          direction: 'outbound',
          phone: customer.raw,
          e164: customer.e164,
          extension: '201',
        },
        reports: transfer === null ? [] : [transferReport(transfer[1], timeOf(at + transfer[0]))],
      }));
    fc.assert(
      fc.property(started, historyInTwoOrders, (before, [events, shuffled]) => {
        const [one, other] = [callsAfter(events, [before]), callsAfter(shuffled, [before])];
        expect(other.map(contentOf).sort()).toEqual(one.map(contentOf).sort());
      }),
      { numRuns: RUNS },
    );
  });

  it('every report is on exactly one row', () => {
    fc.assert(
      fc.property(history, (events) => {
        const reported = callsAfter(events).flatMap(({ facts }) => reportsOf(facts));
        expect(reported).toHaveLength(events.length);
      }),
      { numRuns: RUNS },
    );
  });

  it('every report is of who held its extension at its own time, and the row of all of them', () => {
    const holderAt = (name: string | undefined, at: string): number | undefined =>
      HOLDINGS.find(
        ({ extension: held, from, to }) =>
          held === name && Number(from ?? 0) <= Date.parse(at) && Date.parse(at) < Number(to ?? Infinity),
      )?.userId;
    fc.assert(
      fc.property(historyInTwoOrders, ([, shuffled]) => {
        for (const { facts, userIds } of callsAfter(shuffled)) {
          const reports = reportsOf(facts);
          expect(reports.map(({ userId }) => userId)).toEqual(
            reports.map((report) => holderAt(report.extension, report.at)),
          );
          const users = reports.flatMap(({ userId, members = [] }) => [userId ?? [], members].flat());
          expect(userIds).toEqual([...new Set(users)].sort((a, b) => a - b));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('an end that was reported under an id is never taken back', () => {
    fc.assert(
      fc.property(history, (events) => {
        for (const call of callsAfter(events)) {
          const isEnded = reportsOf(call.facts).some(({ type }) => type === 'ended');
          if (isEnded) expect(['completed', 'failed']).toContain(call.status);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('no event of one customer changes a row of the other', () => {
    const isOfSecond = ({ customer }: CallEvent): boolean => customer?.e164 === CALLERS[1].e164;
    fc.assert(
      fc.property(history, (events) => {
        // An end names no customer: by its time it may be of either call that had its id.
        const named = events.filter(({ customer }) => customer !== null);
        const ofFirst = (rows: CallWithFacts[]): string[] =>
          rows
            .filter(({ customerNumberE164: number }) => number === CALLERS[0].e164)
            .map(contentOf)
            .sort();
        expect(ofFirst(callsAfter(named))).toEqual(
          ofFirst(callsAfter(named.filter((event) => !isOfSecond(event)))),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('a row that is plainly one call is one by the division too', () => {
    fc.assert(
      fc.property(history, (events) => {
        for (const row of callsAfter(events)) {
          if (isPlainlyOne(row.facts)) expect(identifyCalls([row])).toHaveLength(1);
        }
        const mixed = { facts: events.map((event) => factsOfEvent(event, KINDS)).reduce(merge, {}) };
        if (isPlainlyOne(mixed.facts)) expect(identifyCalls([mixed])).toHaveLength(1);
      }),
      { numRuns: RUNS },
    );
  });

  it('a miss without any talk leaves a missed customer', () => {
    fc.assert(
      fc.property(history, (events) => {
        const silent = events.filter(
          ({ type }) => type === 'missed' || type === 'incoming' || type === 'ringing',
        );
        const rows = callsAfter(silent);
        for (const caller of CALLERS) {
          const wasMissed = silent.some(({ type, customer }) => type === 'missed' && customer === caller);
          const isKept = rows.some(
            (call) => call.customerNumberE164 === caller.e164 && isMissedCustomer(call),
          );
          if (wasMissed) expect(isKept).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('the rows are the same when the events are applied to rows that were stored in between', () => {
    fc.assert(
      fc.property(history, (events) => {
        const unitOfWork = new CallUnitOfWork('bracknet', NOW, [], KINDS);
        let rows: CallWithFacts[] = [];
        for (const event of events) {
          const stored = JSON.parse(
            JSON.stringify(rows.map(({ facts }) => facts)),
          ) as CallWithFacts['facts'][];
          const loaded = rows.map((call, index) => ({ ...call, facts: stored[index] ?? {} }));
          const next = new CallUnitOfWork('bracknet', NOW, loaded, KINDS);
          applyEvent(next, event);
          next.assignIds(Array.from({ length: next.withoutId }, (_, n) => rows.length * 100 + n + 1));
          rows = [...next.all()];
        }
        for (const event of events) applyEvent(unitOfWork, event);
        expect(rows.map(contentOf).sort()).toEqual([...unitOfWork.all()].map(contentOf).sort());
      }),
      { numRuns: propertyRuns(300) },
    );
  });
});

it('an event that comes again stays on its call, also where it seems to be of another call with the id at first', () => {
  const [caller, other] = CALLERS;
  const start: CallFacts = {
    origin: {
      kind: 'start',
      at: timeOf(5).toISOString(),
      direction: 'outbound',
      phone: other.raw,
      e164: other.e164,
      extension: '201',
    },
    reports: [],
  };
  const answered = callEvent('answered', 10, { externalCallId: 'K-1', extension: '201' });
  const events = [
    answered,
    callEvent('incoming', 10, { externalCallId: 'K-1', customer: caller, extension: '201' }),
    callEvent('ringing', 0, { externalCallId: 'K-1', customer: caller, extension: '201' }),
    answered,
  ];
  const answeredOnes = callsAfter(events, [start]).filter(({ answeredAt }) => answeredAt !== null);
  expect(answeredOnes.map(({ customerNumberE164 }) => customerNumberE164)).toEqual([caller.e164]);
});

it('an unknown end of a talk hides no later call: the customer who calls again is no longer in it', () => {
  const [caller] = CALLERS;
  const events = [
    callEvent('incoming', 0, { externalCallId: 'K-1', customer: caller, extension: '201' }),
    callEvent('answered', 5, { externalCallId: 'K-1', extension: '201' }),
    callEvent('incoming', 3600, { externalCallId: 'K-2', customer: caller, extension: '201' }),
    callEvent('missed', 3620, { externalCallId: 'K-2', customer: caller, extension: '201' }),
  ];
  expect(callsAfter(events).map(({ disposition }) => disposition)).toEqual([null, 'missed']);
});
