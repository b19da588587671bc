import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import { EMPTY_TIMELINE } from '../../src/modules/agents/extensions/timeline/extension-timeline.js';
import { extensionKinds } from '../support/extension-kinds.js';
import type {
  CallFacts,
  InferredEndFact,
  Report,
} from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import { factsOfEvent } from '../../src/modules/telephony/calls/domain/facts/facts-of-event.js';
import { KEPT_AT_EACH_END, merge } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import { callEvent, CUSTOMER, factsOf } from '../support/call-events.js';
import { factsAfter, startOf, timeOf } from '../support/call-rows.js';

/** The outcome of a merge, which must be the same both ways round. */
function merged(a: CallFacts, b: CallFacts): CallFacts {
  expect(merge(b, a)).toEqual(merge(a, b));
  return merge(a, b);
}

describe('of two beginnings of a row', () => {
  it('our own start holds before that of the former code', () => {
    const former = startOf(-60, { kind: 'former' });
    expect(merged(startOf(), former)).toEqual(startOf());
    expect(merged(startOf(), startOf(60, { kind: 'former' }))).toEqual(startOf());
  });

  it('the earlier of two starts holds', () => {
    expect(merged(startOf(0), startOf(60))).toEqual(startOf(0));
  });

  it('of one time one holds, whichever came first', () => {
    const [a, b] = [startOf(0, { extension: '201' }), startOf(0, { extension: '202' })];
    expect([a, b]).toContainEqual(merged(a, b));
    const withheld = startOf(0, { kind: 'former', e164: null });
    expect(merged(withheld, structuredClone(withheld))).toEqual(withheld);
  });
});

describe('of two inferred ends', () => {
  const end = (basis: InferredEndFact['basis'], seconds: number, reason = 'no_answer'): CallFacts => ({
    inferredEnd: { at: timeOf(seconds).toISOString(), basis, reason },
  });

  it('the one from the further state holds', () => {
    expect(merged(end('answered', 10), end('ringing', 90))).toEqual(end('answered', 10));
    expect(merged(end('ringing', 10), end('initiated', 90))).toEqual(end('ringing', 10));
    expect(merged(end('answered', 10), end('initiated', 90))).toEqual(end('answered', 10));
  });

  it('from one state the later holds', () => {
    expect(merged(end('ringing', 10), end('ringing', 90))).toEqual(end('ringing', 90));
  });

  it('of one time one holds, whichever came first', () => {
    const [a, b] = [end('ringing', 10, 'a'), end('ringing', 10, 'b')];
    expect([a, b]).toContainEqual(merged(a, b));
  });
});

describe('a repeated report', () => {
  const ring = callEvent('incoming', 0, { customer: CUSTOMER, extension: '800' });
  const machine = extensionKinds(['800'], []);

  it('holds as it was configured when it first came', () => {
    const first = factsOfEvent(ring, machine);
    const later = factsOfEvent({ ...ring, receivedAt: timeOf(60) }, EMPTY_TIMELINE);
    expect(merged(first, later)).toEqual(first);
    expect(merged(factsAfter([callEvent('ringing', 9)], first), later)).toEqual(
      merge(first, factsOf(callEvent('ringing', 9))),
    );
  });

  it('that came twice at one time holds in one form, whichever was read first', () => {
    const [a, b] = [factsOfEvent(ring, machine), factsOfEvent(ring, EMPTY_TIMELINE)];
    expect([a, b]).toContainEqual(merged(a, b));
  });

  it('from the future is known by the time that the PBX reported', () => {
    const ahead = (receivedAt: number, reportedAt: number): CallFacts =>
      factsOf({
        ...ring,
        occurredAt: timeOf(receivedAt),
        receivedAt: timeOf(receivedAt),
        timeSource: 'received',
        reportedAt: timeOf(reportedAt),
      });
    expect(merged(ahead(0, 900), ahead(60, 900))).toEqual(ahead(0, 900));
    expect(merged(ahead(0, 900), ahead(60, 901)).reports).toHaveLength(2);
  });

  const fields: Partial<CallEvent>[] = [
    { timeSource: 'received' },
    { externalCallId: null },
    { extension: '202' },
    { customer: { raw: '01799999999', e164: CUSTOMER.e164 } },
    { customer: { raw: CUSTOMER.raw, e164: null } },
    { durationSeconds: 9 },
    { endReason: 'busy' },
    { disposition: 'busy' },
    { recordingUrl: 'https://a.example/1' },
    { recordingDurationSeconds: 9 },
    { queueName: 'sales' },
    { trunkName: 'a' },
    { waitSeconds: 9 },
    { holdSeconds: 9 },
  ];

  it.each(fields.map((field) => [JSON.stringify(field), field] as const))(
    'is another report if it says something else: %s',
    (_text, field) => {
      expect(merged(factsOf(ring), factsOf({ ...ring, ...field })).reports).toHaveLength(2);
    },
  );

  it('is another report if it is of another type', () => {
    expect(merged(factsOf(ring), factsOf({ ...ring, type: 'ringing' })).reports).toHaveLength(2);
  });
});

describe('reports of one time', () => {
  it('are in the order of their content, whichever came first', () => {
    const events = ['201', '202', '203'].map((extension) => callEvent('incoming', 0, { extension }));
    const extensionsOf = ({ reports = [] }: CallFacts) => reports.map(({ extension }) => extension);
    expect(extensionsOf(factsAfter(events.toReversed()))).toEqual(['201', '202', '203']);
    expect(extensionsOf(factsAfter(events))).toEqual(['201', '202', '203']);
  });
});

describe('of events that are repeated for hours', () => {
  const many = (type: CallEvent['type'], count: number, from: number): Report[] =>
    Array.from({ length: count }, (_, index) => factsOf(callEvent(type, from + index)).reports ?? []).flat();
  const countOf = ({ reports = [] }: CallFacts, type: Report['type']): number =>
    reports.filter((report) => report.type === type).length;

  it('the earliest and the latest of each type are kept', () => {
    const all = merged(
      { reports: many('ringing', 100, 0) },
      { reports: [...many('answered', 30, 200), ...many('ended', 1, 300)] },
    );
    expect([countOf(all, 'ringing'), countOf(all, 'answered'), countOf(all, 'ended')]).toEqual([48, 30, 1]);
    const times = (all.reports ?? []).map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
    expect(times.slice(KEPT_AT_EACH_END - 1, KEPT_AT_EACH_END + 1)).toEqual([
      timeOf(23).toISOString(),
      timeOf(76).toISOString(),
    ]);
  });

  it('none is dropped before there are more of a type than are kept', () => {
    const full: CallFacts = { reports: many('ringing', 2 * KEPT_AT_EACH_END, 0) };
    expect(merge(full, factsOf(callEvent('ended', 900))).reports).toHaveLength(49);
    expect(merge(full, factsOf(callEvent('ringing', 900))).reports).toHaveLength(48);
  });
});

it('a row whose reports were all moved away knows as much as one that had none', () => {
  expect(merged({ reports: [] }, startOf())).toEqual(startOf());
  expect(merged({ reports: [] }, {})).toEqual({});
});

describe('facts of a later version of this service', () => {
  it('are kept of both, and of one that both know one is kept', () => {
    const a = { mood: { b: 1, a: 2 }, place: 'x' } as CallFacts;
    const b = { mood: { a: 3, b: 1 }, tone: 'y' } as CallFacts;
    expect(merged(a, b)).toEqual({ mood: { a: 3, b: 1 }, place: 'x', tone: 'y' });
    expect(merged(a, { mood: { a: 2, b: 1 } } as CallFacts)).toEqual(a);
  });
});
