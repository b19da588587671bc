import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import { callOfRecording } from '../../src/modules/telephony/calls/domain/identity/call-of-recording.js';
import { callEvent, CUSTOMER } from '../support/call-events.js';
import { factsAfter, startOf, storedCall } from '../support/call-rows.js';

const DAY = 86_400;
const URL = 'https://pbx.example/records/';

const recording = (seconds: number, name: string, length: number | null): CallEvent =>
  callEvent('recording', seconds, { recordingUrl: URL + name, recordingDurationSeconds: length });

function talk(id: number, from: number, length: number, ...recordings: CallEvent[]) {
  const events = [
    callEvent('incoming', from, { customer: CUSTOMER, extension: '201' }),
    callEvent('answered', from + 5, { extension: '201' }),
    callEvent('ended', from + 5 + length, { durationSeconds: length, endReason: 'completed' }),
  ];
  return storedCall(id, factsAfter([...events, ...recordings]));
}

function missed(id: number, from: number) {
  const events = [
    callEvent('incoming', from, { customer: CUSTOMER, extension: '201' }),
    callEvent('ended', from + 30, { endReason: 'no_answer' }),
  ];
  return storedCall(id, factsAfter(events));
}

function ringing(id: number, from: number) {
  return storedCall(id, factsAfter([callEvent('incoming', from, { customer: CUSTOMER, extension: '201' })]));
}

describe('a recording under an id that came again is of', () => {
  it('the only call of the id, whatever is known of it', () => {
    expect(callOfRecording([missed(1, 0)], recording(-60, 'a', 20))?.id).toBe(1);
  });

  it('no call, where the id has none', () => {
    expect(callOfRecording([], recording(0, 'a', 20))).toBeNull();
  });

  it('the call that has it already', () => {
    const calls = [talk(1, 0, 20, recording(40, 'a', 20)), talk(2, DAY, 20)];
    expect(callOfRecording(calls, recording(DAY + 60, 'a', 20))?.id).toBe(1);
  });

  it('the one that was a talk', () => {
    expect(callOfRecording([missed(1, 0), talk(2, DAY, 20)], recording(2 * DAY, 'a', 33))?.id).toBe(2);
  });

  it('the one that may be a talk: its end is unknown', () => {
    expect(callOfRecording([missed(1, 0), ringing(2, DAY)], recording(2 * DAY, 'a', 33))?.id).toBe(2);
  });

  it('the one that had begun when it was received', () => {
    const calls = [talk(1, 0, 20), talk(2, DAY, 20)];
    expect(callOfRecording(calls, recording(DAY - 1, 'a', 20))?.id).toBe(1);
    expect(callOfRecording(calls, recording(DAY, 'a', 20))).toBeNull();
  });

  it('the one of which nobody knows when it began', () => {
    const unknown = storedCall(1, {}, { startedAt: null });
    expect(callOfRecording([unknown, missed(2, 0)], recording(60, 'a', 20))?.id).toBe(1);
  });

  it('the one that has no recording of this length', () => {
    const calls = [talk(1, 0, 20, recording(40, 'a', 20)), talk(2, DAY, 20)];
    expect(callOfRecording(calls, recording(2 * DAY, 'b', 20))?.id).toBe(2);
    expect(callOfRecording(calls, recording(2 * DAY, 'b', 7))).toBeNull();
  });

  it('the one that has no recording at all, where it has no length itself', () => {
    const calls = [talk(1, 0, 20, recording(40, 'a', 20)), talk(2, DAY, 20)];
    expect(callOfRecording(calls, recording(2 * DAY, 'b', null))?.id).toBe(2);
  });

  it('the talk of just its length, where several were talks', () => {
    const calls = [talk(1, 0, 20), talk(2, DAY, 33), talk(3, 2 * DAY, 40)];
    expect(callOfRecording(calls, recording(3 * DAY, 'a', 33))?.id).toBe(2);
  });

  it('nobody knows which, where several talks fit: it is kept for a supervisor', () => {
    const alike = [talk(1, 0, 20), talk(2, DAY, 20)];
    expect(callOfRecording(alike, recording(3 * DAY, 'a', 20))).toBeNull();
    expect(callOfRecording(alike, recording(3 * DAY, 'a', 7))).toBeNull();
    expect(callOfRecording(alike, recording(3 * DAY, 'a', null))).toBeNull();
    expect(callOfRecording([talk(1, 0, 20), ringing(2, DAY)], recording(3 * DAY, 'a', null))).toBeNull();
    const open = [ringing(1, 0), ringing(2, DAY)];
    expect(callOfRecording(open, recording(3 * DAY, 'a', null))).toBeNull();
  });

  it('nobody knows which, where two calls have it', () => {
    const calls = [talk(1, 0, 20, recording(40, 'a', 33)), talk(2, DAY, 33, recording(DAY + 60, 'a', 33))];
    expect(callOfRecording(calls, recording(2 * DAY, 'a', 33))).toBeNull();
  });

  it('none, where no call could have been recorded', () => {
    expect(callOfRecording([missed(1, 0), missed(2, DAY)], recording(2 * DAY, 'a', 20))).toBeNull();
  });

  it('a call that we started and that has not ended', () => {
    const calls = [missed(1, -DAY), storedCall(2, startOf())];
    expect(callOfRecording(calls, recording(60, 'a', 20))?.id).toBe(2);
  });
});
