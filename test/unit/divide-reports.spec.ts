import { applyEvent, assignExternalId } from '../../src/modules/telephony/calls/domain/apply-event.js';
import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import { CallUnitOfWork } from '../../src/modules/telephony/calls/domain/call-unit-of-work.js';
import type { CallWithFacts } from '../../src/modules/telephony/calls/domain/call-with-facts.js';
import { divideReports } from '../../src/modules/telephony/calls/domain/identity/divide-reports.js';
import { callEvent, CUSTOMER } from '../support/call-events.js';
import { factsAfter, startOf, storedCall, timeOf } from '../support/call-rows.js';

const ID = 'BN-CALL-1';
const DAY = 86_400;
const NOW = timeOf(5 * DAY);
const OTHER = { raw: '01812345678', e164: '+8801812345678' };

const incoming = (seconds: number, customer: CallEvent['customer'] = CUSTOMER) =>
  callEvent('incoming', seconds, { customer, extension: '201' });
const answered = (seconds: number) => callEvent('answered', seconds, { extension: '201' });
const ended = (seconds: number) => callEvent('ended', seconds, { endReason: 'completed' });

function under(id: number, events: CallEvent[], over: Partial<CallWithFacts> = {}): CallWithFacts {
  return storedCall(id, factsAfter(events), { externalCallId: ID, ...over });
}

/** The rows under the id, each as its id and the types of its reports. */
function rowsIn(unitOfWork: CallUnitOfWork): string[] {
  return unitOfWork
    .callsWithExternalId(ID)
    .map(({ id, facts }) => [id, ...(facts.reports ?? []).map(({ type }) => type)].join(' '));
}

describe('the reports under one id of the PBX', () => {
  it('stay where they are if they are of one call', () => {
    const row = under(1, [incoming(0), answered(5)]);
    const unitOfWork = new CallUnitOfWork('bracknet', NOW, [row]);
    expect(divideReports(unitOfWork, ID)).toEqual(new Set());
    expect(unitOfWork.changedCalls()).toEqual([]);
  });

  it('stay where they are if each call has its own row', () => {
    const rows = [
      under(1, [incoming(0), ended(60)]),
      under(2, [incoming(DAY, OTHER)], { externalIdOccurrence: 1 }),
    ];
    const unitOfWork = new CallUnitOfWork('bracknet', NOW, rows);
    expect(divideReports(unitOfWork, ID)).toEqual(new Set());
    expect(unitOfWork.changedCalls()).toEqual([]);
    expect(rowsIn(unitOfWork)).toEqual(['1 incoming ended', '2 incoming']);
  });

  it('are taken apart into a new row for each call', () => {
    const row = under(1, [incoming(0), ended(60), incoming(DAY, OTHER), answered(DAY + 5)]);
    const unitOfWork = new CallUnitOfWork('bracknet', NOW, [row]);
    const changed = divideReports(unitOfWork, ID);
    expect(rowsIn(unitOfWork)).toEqual(['1 incoming ended', '-1 incoming answered']);
    const [first, second] = unitOfWork.callsWithExternalId(ID);
    expect(changed).toEqual(new Set([first, second]));
    expect(second).toMatchObject({
      externalCallId: ID,
      externalIdOccurrence: 1,
      customerNumberE164: OTHER.e164,
      status: 'answered',
      crmCallId: null,
      customerId: null,
      effects: {},
    });
    expect(first).toMatchObject({ customerNumberE164: CUSTOMER.e164, status: 'completed' });
  });

  describe('a recording that was received when only a former call was known', () => {
    const recording = (seconds: number, length: number | null) =>
      callEvent('recording', seconds, {
        recordingUrl: 'https://pbx.example/1.mp3',
        recordingDurationSeconds: length,
      });
    const talk = (from: number, length: number, customer = CUSTOMER) => [
      incoming(from, customer),
      answered(from + 5),
      callEvent('ended', from + 5 + length, { durationSeconds: length, endReason: 'completed' }),
    ];
    const rowsAfter = (former: CallEvent[], ...events: CallEvent[]): string[] => {
      const unitOfWork = new CallUnitOfWork('bracknet', NOW, [under(1, former)]);
      for (const event of events) applyEvent(unitOfWork, { ...event, externalCallId: ID });
      return rowsIn(unitOfWork);
    };

    it('goes to the later talk of just its length', () => {
      expect(rowsAfter(talk(0, 60), recording(DAY + 90, 30), ...talk(DAY, 30, OTHER))).toEqual([
        '1 incoming answered ended',
        '-1 incoming answered ended recording',
      ]);
    });

    it('goes to the later call, where the former one was no talk', () => {
      const missed = [incoming(0), callEvent('ended', 20, { endReason: 'no_answer' })];
      expect(rowsAfter(missed, recording(DAY + 90, null), ...talk(DAY, 30, OTHER))).toEqual([
        '1 incoming ended',
        '-1 incoming answered ended recording',
      ]);
    });

    it.each([
      ['was received before the later call began', DAY - 1, 30],
      ['is of no call’s length', DAY + 90, 40],
      ['has no length', DAY + 90, null],
      ['is of the former call’s length', DAY + 90, 60],
    ])('stays with the former talk when it %s', (_why, at, length) => {
      expect(rowsAfter(talk(0, 60), recording(at, length), ...talk(DAY, 30, OTHER))).toEqual([
        '1 incoming answered ended recording',
        '-1 incoming answered ended',
      ]);
    });

    it('stays with the former talk when the later one has a recording of that length', () => {
      const later = callEvent('recording', DAY + 95, {
        recordingUrl: 'https://pbx.example/2.mp3',
        recordingDurationSeconds: 30,
      });
      const former = under(1, [...talk(0, 60), recording(DAY + 90, 30)]);
      const rows = [former, under(2, [...talk(DAY, 30, OTHER), later], { externalIdOccurrence: 1 })];
      const unitOfWork = new CallUnitOfWork('bracknet', NOW, rows);
      expect(divideReports(unitOfWork, ID)).toEqual(new Set());
    });
  });

  it('on two rows of one call are joined on the row of its first report', () => {
    const rows = [
      under(1, [answered(5)]),
      under(2, [incoming(0), ended(60)], { externalIdOccurrence: 1, taskId: 9 }),
    ];
    const unitOfWork = new CallUnitOfWork('bracknet', NOW, rows);
    const changed = divideReports(unitOfWork, ID);
    expect(rowsIn(unitOfWork)).toEqual(['2 incoming answered ended']);
    expect(unitOfWork.removedCalls().map(({ id }) => id)).toEqual([1]);
    expect([...changed].filter((call) => unitOfWork.has(call)).map(({ id }) => id)).toEqual([2]);
  });

  it('of a click to call are on the row of the click', () => {
    const start = storedCall(1, startOf(), { externalCallId: ID });
    const reported = under(2, [answered(5), ended(60)], { externalIdOccurrence: 1 });
    const unitOfWork = new CallUnitOfWork('bracknet', NOW, [reported, start]);
    divideReports(unitOfWork, ID);
    expect(rowsIn(unitOfWork)).toEqual(['1 answered ended']);
    expect(unitOfWork.removedCalls().map(({ id }) => id)).toEqual([2]);
  });

  it('leave an empty row to the only call that there is', () => {
    const rows = [under(1, [incoming(0)]), under(2, [], { externalIdOccurrence: 1, taskId: 9 })];
    const unitOfWork = new CallUnitOfWork('bracknet', NOW, rows);
    expect(divideReports(unitOfWork, ID)).toEqual(new Set([rows[0]]));
    expect(rows[0]?.taskId).toBe(9);
    expect(unitOfWork.removedCalls().map(({ id }) => id)).toEqual([2]);
  });

  it('leave a row of undivided reports as it is while its call cannot be told', () => {
    const record = callEvent('recording', 90, { recordingUrl: 'https://a.example/1' });
    const rows = [
      under(1, [incoming(0), ended(60)]),
      under(2, [incoming(DAY, OTHER)], { externalIdOccurrence: 1 }),
      under(3, [record], { externalIdOccurrence: 2 }),
    ];
    const unitOfWork = new CallUnitOfWork('bracknet', NOW, rows);
    expect(divideReports(unitOfWork, ID)).toEqual(new Set());
    expect(unitOfWork.removedCalls().map(({ id }) => id)).toEqual([]);
  });

  it('of a provisional row go to their call, and so does what the row had beside them', () => {
    const record = callEvent('recording', DAY + 90, { recordingUrl: 'https://a.example/1' });
    const rows = [
      under(1, [incoming(0), ended(60)]),
      under(2, [incoming(DAY, OTHER)], { externalIdOccurrence: 1 }),
      under(3, [answered(DAY + 5), record], { externalIdOccurrence: 2 }),
    ];
    const unitOfWork = new CallUnitOfWork('bracknet', NOW, rows);
    divideReports(unitOfWork, ID);
    expect(rowsIn(unitOfWork)).toEqual(['1 incoming ended', '2 incoming answered recording']);
  });
});

describe('an event whose beginning comes later', () => {
  it('has a provisional row until then, which the call takes over', () => {
    const unitOfWork = new CallUnitOfWork('bracknet', NOW, [under(1, [incoming(0), ended(60)])]);
    applyEvent(unitOfWork, { ...answered(DAY + 300), extension: '202' });
    expect(rowsIn(unitOfWork)).toEqual(['1 incoming ended', '-1 answered']);
    applyEvent(unitOfWork, incoming(DAY + 290, OTHER));
    expect(rowsIn(unitOfWork)).toEqual(['1 incoming ended', '-1 incoming answered']);
    expect(unitOfWork.callsWithExternalId(ID)[1]).toMatchObject({
      customerNumberE164: OTHER.e164,
      agentPhone: '202',
    });
  });

  it('of a start is on its row as soon as the PBX answers with the id', () => {
    const start = storedCall(7, startOf(10 * 60));
    const unitOfWork = new CallUnitOfWork('bracknet', NOW, [
      start,
      under(1, [incoming(0, OTHER), ended(60)]),
    ]);
    applyEvent(unitOfWork, answered(605));
    assignExternalId(unitOfWork, 7, ID, {});
    expect(rowsIn(unitOfWork)).toEqual(['1 incoming ended', '7 answered']);
  });
});
