import * as fc from 'fast-check';
import {
  classOfWord,
  dispositionOfWord,
  dispositionWithoutTalk,
  isKnownWord,
  KNOWN_WORDS,
  normaliseWord,
} from '../../src/modules/telephony/calls/domain/facts/end-reason.js';

describe('a word of the PBX', () => {
  it.each(['No-Answer', 'no answer', 'NO_ANSWER', 'no.answer', ' no -_. answer\t'])(
    'means the same in any writing, such as %j',
    (text) => {
      expect(normaliseWord(text)).toBe('noanswer');
      expect([classOfWord(text), isKnownWord(text)]).toEqual(['no-talk', true]);
    },
  );

  it.each(['normal', 'Normal Clearing', 'hangup', 'caller_hangup', 'agent_hangup', '16', '31'])(
    'may be known to say nothing of talk, such as %j',
    (text) => {
      expect([classOfWord(text), isKnownWord(text)]).toEqual(['neutral', true]);
    },
  );

  it('is known or not, and an unknown one is neutral', () => {
    expect(KNOWN_WORDS.every(isKnownWord)).toBe(true);
    const unknown = fc.string().filter((text) => !/\d/u.test(text));
    fc.assert(
      fc.property(unknown, (text) => {
        fc.pre(!KNOWN_WORDS.includes(normaliseWord(text)));
        expect([classOfWord(text), isKnownWord(text)]).toEqual(['neutral', false]);
      }),
    );
  });

  it.each([
    [' 486 Busy Here', 'no-talk'],
    ['486  Busy', 'no-talk'],
    ['480 anything', 'no-talk'],
    ['404 Not There', 'technical'],
    ['500', 'technical'],
    ['599 Odd', 'technical'],
    ['603 Decline', 'no-talk'],
    ['17 - user busy', 'no-talk'],
    ['SIP/2.0 487 Request Terminated', 'no-talk'],
    ['SIP 486', 'no-talk'],
    ['486/Busy', 'no-talk'],
    ['USER_BUSY(17)', 'no-talk'],
    ['Q.850;cause=17', 'no-talk'],
    ['SIP;cause=487;text="Request Terminated"', 'no-talk'],
    ['SIP_486', 'no-talk'],
    ['DECLINE', 'no-talk'],
    ['MISSED_CALL', 'no-talk'],
  ])('may be a SIP code with its phrase: %j', (text, wordClass) => {
    expect([classOfWord(text), isKnownWord(text)]).toEqual([wordClass, true]);
  });

  it.each(['200 OK', '4867 Busy', 'Q 486 Busy', '5000', '1503', '50', '5x3', '503x', 'x503', '486x y'])(
    'is no SIP code of known meaning: %j',
    (text) => {
      expect([classOfWord(text), isKnownWord(text)]).toEqual(['neutral', false]);
    },
  );
});

describe('a disposition in a word of the PBX is', () => {
  it.each([
    ['Answered', 'answered'],
    ['ANSWERED-ELSEWHERE', 'answered_elsewhere'],
    ['missed', 'missed'],
    ['abandoned', 'abandoned'],
    ['No Answer', 'no_answer'],
    ['success', 'completed'],
    ['timeout', 'no_answer'],
    ['declined', 'no_answer'],
    ['user busy', 'busy'],
    ['486 Busy Here', 'busy'],
    ['originator cancel', 'canceled'],
    ['congestion', 'failed'],
    ['503', 'failed'],
    ['hangup', null],
    ['16', null],
    ['dragons', null],
    ['', null],
  ])('%j: %s', (text, disposition) => {
    expect(dispositionOfWord(text)).toBe(disposition);
  });
});

it('a call without talk and without a reason was missed, or not answered', () => {
  expect(dispositionWithoutTalk(null, 'inbound')).toBe('missed');
  expect(dispositionWithoutTalk(null, 'outbound')).toBe('no_answer');
  expect(dispositionWithoutTalk('congestion', 'inbound')).toBe('failed');
});
