import * as fc from 'fast-check';
import {
  ExtensionTimeline,
  type Period,
} from '../../src/modules/agents/extensions/timeline/extension-timeline.js';
import { applyEvent } from '../../src/modules/telephony/calls/domain/apply-event.js';
import { CallUnitOfWork } from '../../src/modules/telephony/calls/domain/call-unit-of-work.js';
import { reportsOf } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import { withAgentOfRow } from '../../src/modules/telephony/calls/domain/facts/earlier-facts.js';
import { factsOfEvent } from '../../src/modules/telephony/calls/domain/facts/facts-of-event.js';
import { merge } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import { project } from '../../src/modules/telephony/calls/domain/facts/projection.js';
import { CALL_START, callEvent, CUSTOMER } from '../support/call-events.js';
import { startOf, storedCall, timeOf } from '../support/call-rows.js';
import { extensionKinds } from '../support/extension-kinds.js';

const PERIOD: Period = {
  extension: '201',
  kind: 'agent',
  userId: null,
  memberUsers: [],
  memberExtensions: [],
  groupsOfHolder: [],
  from: -Infinity,
  to: Infinity,
};

describe('the history of an extension', () => {
  it('tells its holder from the first millisecond of a period until before the last', () => {
    const timeline = extensionKinds(
      [],
      [],
      [{ extension: '201', userId: 7, from: timeOf(10), to: timeOf(20) }],
    );
    const holders = [9.999, 10, 19.999, 20].map((second) => timeline.of('201', timeOf(second)).userId);
    expect(holders).toEqual([null, 7, 7, null]);
  });

  it('of two holders within a millisecond tells the later one', () => {
    const [from, to] = [CALL_START, CALL_START];
    const timeline = new ExtensionTimeline(
      [
        { ...PERIOD, userId: 7, from, to },
        { ...PERIOD, userId: 8, from },
      ],
      new Map(),
    );
    expect(timeline.of('201', timeOf(0)).userId).toBe(8);
  });

  it('tells the users of a group: those who hold its extensions at the time, and those who are members by name', () => {
    const timeline = new ExtensionTimeline(
      [
        { ...PERIOD, extension: '600', kind: 'group', memberExtensions: ['201', '202'], memberUsers: [9, 8] },
        { ...PERIOD, userId: 7, from: CALL_START },
        { ...PERIOD, extension: '202', userId: 8 },
      ],
      new Map([['201', ['600']]]),
    );
    expect(timeline.of('600', timeOf(-1)).members).toEqual([8, 9]);
    expect(timeline.of('600', timeOf(1)).members).toEqual([7, 8, 9]);
    expect(timeline.of('201', timeOf(1)).groups).toEqual(['600']);
  });

  it('knows a machine in any case, and a queue as one', () => {
    const timeline = new ExtensionTimeline(
      [
        { ...PERIOD, extension: 'voicemail', kind: 'unattended' },
        { ...PERIOD, extension: '700', kind: 'queue' },
        { ...PERIOD, extension: '600', kind: 'group' },
      ],
      new Map(),
    );
    expect(['VoiceMail', '700', '600', '201'].map((name) => timeline.of(name, timeOf(0)).unattended)).toEqual(
      [true, true, false, false],
    );
  });
});

describe('an event', () => {
  const ring = callEvent('incoming', 5, { customer: CUSTOMER, extension: '201' });
  const held = (userId: number) => extensionKinds([], [], [{ extension: '201', userId }]);

  it('of a clock that is ahead is of who held the extension when it was received', () => {
    const timeline = extensionKinds(
      [],
      [],
      [
        { extension: '201', userId: 7, to: timeOf(10) },
        { extension: '201', userId: 8, from: timeOf(10) },
      ],
    );
    const [report] = reportsOf(
      factsOfEvent({ ...ring, occurredAt: timeOf(60), receivedAt: timeOf(5) }, timeline),
    );
    expect(report?.userId).toBe(7);
  });

  it.each([
    ['with an id', ring],
    ['without an id', callEvent('missed', 5, { customer: CUSTOMER, extension: '201', externalCallId: null })],
  ])('%s that is applied again is stamped as it was, whatever the history says now', (_which, event) => {
    const first = new CallUnitOfWork('bracknet', timeOf(60), [], held(7));
    applyEvent(first, event);
    const [call] = first.all();
    const again = new CallUnitOfWork(
      'bracknet',
      timeOf(90),
      [storedCall(1, call?.facts ?? {}, { externalCallId: event.externalCallId })],
      held(4),
    );
    applyEvent(again, event);
    expect([...again.all()]).toMatchObject([{ agentUserId: 7, userIds: [7] }]);
  });

  it('is stamped without being another event: it merges with the same one that is not', () => {
    const plain = factsOfEvent({ ...ring, receivedAt: timeOf(30) }, held(8));
    const merged = merge(factsOfEvent(ring, held(7)), plain);
    expect(reportsOf(merged).map(({ userId }) => userId)).toEqual([7]);
    expect(merge(plain, factsOfEvent(ring, held(7)))).toEqual(merged);
  });
});

describe('the agent of a row', () => {
  it('that was written before is kept, by a start also among stamps', () => {
    const stamped = factsOfEvent(
      callEvent('answered', 5, { extension: '201' }),
      extensionKinds([], [], [{ extension: '201', userId: 8 }]),
    );
    expect(
      project(
        withAgentOfRow(
          factsOfEvent(callEvent('answered', 5, { extension: '201' }), extensionKinds([], [])),
          3,
        ),
      ),
    ).toMatchObject({
      agentUserId: 3,
      userIds: [3],
    });
    expect(project(withAgentOfRow(merge(startOf(), stamped), 3))).toMatchObject({
      agentUserId: 3,
      firstAgentUserId: 8,
      userIds: [3, 8],
    });
  });

  it('is no fact where it follows from the stamps, so that it goes when they go', () => {
    const stamped = factsOfEvent(
      callEvent('answered', 5, { extension: '201' }),
      extensionKinds([], [], [{ extension: '201', userId: 8 }]),
    );
    expect(withAgentOfRow(stamped, 8)).toBe(stamped);
    expect(withAgentOfRow(startOf(), null)).toEqual(startOf());
  });

  it('is merged whatever the order', () => {
    const user = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined });
    fc.assert(
      fc.property(user, user, user, (...users) => {
        const [a, b, c] = users.map((agentUserId) => (agentUserId === undefined ? {} : { agentUserId }));
        expect(merge(merge(a ?? {}, b ?? {}), c ?? {})).toEqual(merge(c ?? {}, merge(b ?? {}, a ?? {})));
      }),
    );
  });
});
