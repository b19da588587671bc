import * as fc from 'fast-check';
import { DomainError } from '../../src/common/errors/domain-error.js';
import {
  readAcknowledgement,
  readStartAnswer,
  type AnswerReader,
} from '../../src/modules/telephony/bracknet/bracknet-answer.js';

const KEY = 'sk-live-7f3e2a';
const OK = { status: 'success', bracknet_call_id: 'BN-CALL-456789', message: 'Call initiated' };

const json = (body: unknown, status = 200) => ({ status, body: JSON.stringify(body) });

function faultOf(answer: { status: number; body: string }, reader: AnswerReader<unknown>): DomainError {
  try {
    reader(answer, KEY);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('the answer was understood');
}

function refusalOf(answer: { status: number; body: string }, reader: AnswerReader<unknown>): DomainError {
  const read = reader(answer, KEY);
  if (read.accepted) throw new Error('the answer was accepted');
  return read.refusal;
}

function outcomeOf(answer: { status: number; body: string }, reader: AnswerReader<unknown>): unknown {
  try {
    const read = reader(answer, KEY);
    return read.accepted ? read.value : read.refusal;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

function said(message: string): string {
  return refusalOf(json({ status: 'error', message }), readAcknowledgement).message;
}

describe('an answer to start', () => {
  it("is accepted in the contract's words", () => {
    expect(readStartAnswer(json(OK), KEY)).toEqual({
      accepted: true,
      value: { bracknetCallId: 'BN-CALL-456789', message: 'Call initiated' },
    });
  });

  it.each([
    ['bracknet_call_id', { bracknet_call_id: 'BN-1', callId: 'BN-2', id: 'BN-3' }, 'BN-1'],
    ['callId', { callId: 'BN-2', id: 'BN-3' }, 'BN-2'],
    ['id', { id: 'BN-3' }, 'BN-3'],
    ['the first name that has a value', { bracknet_call_id: null, callId: '', id: 'BN-3' }, 'BN-3'],
    ['a whole number', { id: 456789 }, '456789'],
    ['linkedid before uniqueid', { uniqueid: '1767436345.8', linkedid: '1767436345.7' }, '1767436345.7'],
    ['the first name that is no placeholder', { bracknet_call_id: 'null', callId: '0', id: 'BN-3' }, 'BN-3'],
    ['text with blanks around it', { id: ' BN-3\n' }, 'BN-3'],
    ['the longest text that fits the column', { id: 'x'.repeat(255) }, 'x'.repeat(255)],
  ])('reads the id of the call from %s', (_name, body, bracknetCallId) => {
    expect(readStartAnswer(json(body), KEY)).toMatchObject({ value: { bracknetCallId } });
  });

  it.each([
    ['none', { status: 'success', message: 'Call initiated' }],
    ['a placeholder', { bracknet_call_id: 'undefined' }],
    ['an unfilled variable', { bracknet_call_id: '${UNIQUEID}' }],
    ['a zero', { id: 0 }],
    ['blank text', { bracknet_call_id: '  ' }],
    ['a fraction', { id: 4.5 }],
    ['a number that lost digits on the way', { id: 2 ** 53 }],
    ['an object', { id: { value: 'BN-1' } }],
    ['text too long for the column', { id: 'x'.repeat(256) }],
    ['text with a control character', { id: 'BN-1\u0007x' }],
    ['text with NUL', { id: 'BN-1\u0000' }],
    ['half of a surrogate pair', { id: 'BN-\ud83d' }],
  ])('is unintelligible when its id is %s', (_name, body) => {
    expect(faultOf(json(body), readStartAnswer).code).toBe('PBX_UNINTELLIGIBLE');
  });

  it('does not make up for an unusable id with another one', () => {
    const fault = faultOf(json({ bracknet_call_id: 'x'.repeat(256), id: 7 }), readStartAnswer);
    expect(fault.code).toBe('PBX_UNINTELLIGIBLE');
  });

  it('that is negative is a rejection even when it contains an id', () => {
    const refusal = refusalOf(json({ ...OK, status: 'failed', message: 'Agent is busy' }), readStartAnswer);
    expect(refusal).toMatchObject({ code: 'PBX_REFUSED', message: 'The PBX refused: Agent is busy' });
  });

  it('without a message gets a plain one', () => {
    expect(readStartAnswer(json({ id: 'BN-1' }), KEY)).toMatchObject({
      value: { message: 'Call initiated' },
    });
  });
});

describe.each([
  ['start', readStartAnswer],
  ['hangup and transfer', readAcknowledgement],
])('any answer to %s', (_name, reader: AnswerReader<unknown>) => {
  it.each([
    ['HTML', '<!doctype html><title>Please log in</title>'],
    ['empty', ''],
    ['truncated', '{"status":"success","bracknet_call_id":"BN-'],
    ['an array', '[{"bracknet_call_id":"BN-1"}]'],
    ['a bare word', '"BN-CALL-456789"'],
    ['null', 'null'],
  ])('is unintelligible when its body is %s', (_body, body) => {
    expect(faultOf({ status: 200, body }, reader).code).toBe('PBX_UNINTELLIGIBLE');
  });

  it.each([301, 302, 303, 307, 308])('is unintelligible when it is a redirect (%i)', (status) => {
    expect(faultOf(json(OK, status), reader).code).toBe('PBX_UNINTELLIGIBLE');
  });

  it.each([400, 401, 404, 409, 422, 429])("is a refusal in the PBX's words at %i", (status) => {
    const refusal = refusalOf(json({ status: 'error', message: 'Call not found' }, status), reader);
    expect(refusal).toMatchObject({ code: 'PBX_REFUSED', message: 'The PBX refused: Call not found' });
  });

  it('is a rejection at 4xx regardless of its success field', () => {
    expect(refusalOf(json(OK, 400), reader).code).toBe('PBX_REFUSED');
  });

  it('uses the status of a rejection without a message', () => {
    const refusal = refusalOf({ status: 404, body: '<h1>Not Found</h1>' }, reader);
    expect(refusal.message).toBe('The PBX refused: HTTP 404');
  });

  it.each([500, 502, 503, 504])('is a fault of the PBX at %i, regardless of its body', (status) => {
    const fault = faultOf(json(OK, status), reader);
    expect(fault.code).toBe('PBX_UNREACHABLE');
    expect(fault.cause).toEqual(new Error(`HTTP ${status}, Call initiated`));
  });

  it.each([
    ['status error', { ...OK, status: 'error' }],
    ['status failed in capitals', { ...OK, status: ' FAILED ' }],
    ['success false', { ...OK, success: false }],
    ['an error in words', { ...OK, error: 'Call initiated' }],
    ['an error object', { id: 'BN-1', error: { code: 4, message: 'Call initiated' } }],
    ['a reason', { id: 'BN-1', status: 'rejected', reason: 'Call initiated' }],
  ])('is a rejection at 200 when it contains %s', (_name, body) => {
    const refusal = refusalOf(json(body), reader);
    expect(refusal).toMatchObject({ code: 'PBX_REFUSED', message: 'The PBX refused: Call initiated' });
  });

  it.each([
    ['null', { ...OK, error: null }],
    ['empty', { ...OK, error: '' }],
    ['false', { ...OK, error: false }],
  ])('is accepted when its error is %s', (_name, body) => {
    expect(reader(json(body), KEY).accepted).toBe(true);
  });

  it('is accepted only as a complete JSON object at 2xx', () => {
    const whole = JSON.stringify(OK);
    const noObject = fc.oneof(
      fc.string({ unit: 'binary' }).filter((text) => !text.trimStart().startsWith('{')),
      fc.array(fc.jsonValue()).map((list) => JSON.stringify(list)),
      fc.nat(whole.length - 1).map((length) => whole.slice(0, length)),
    );
    const noYes = fc.oneof(
      fc.record({ status: fc.integer({ min: 200, max: 599 }), body: noObject }),
      fc.record({
        status: fc.integer({ min: 300, max: 599 }),
        body: fc.oneof(fc.json(), fc.constant(whole)),
      }),
    );
    fc.assert(
      fc.property(noYes, (answer) => {
        const outcome = outcomeOf(answer, reader);
        expect(outcome).toBeInstanceOf(DomainError);
        expect(outcome).toHaveProperty('cause', expect.any(Error));
      }),
    );
  });
});

describe('the message of the PBX', () => {
  it('is passed on without full phone numbers', () => {
    expect(said('Cannot dial 01712345678')).toBe('The PBX refused: Cannot dial ********678');
  });

  it('is passed on without the API key', () => {
    expect(said(`Unknown key ${KEY}.`)).toBe('The PBX refused: Unknown key [key].');
  });

  it('keeps numbers and key out of the cause too', () => {
    const { cause } = faultOf({ status: 500, body: `<p>${KEY} dialled 01712345678` }, readAcknowledgement);
    expect(cause).toEqual(new Error('HTTP 500, <p>[key] dialled ********678'));
  });

  it('becomes one line without characters that forge logs or turn text round', () => {
    expect(said('Busy\r\n[ERROR] \u001b[31mforged\u202Etxet\ud83d')).toBe(
      'The PBX refused: Busy [ERROR] [31mforged txet',
    );
  });

  it('keeps Bangla as it is written', () => {
    expect(said('কলটি ব্যর্থ হয়েছে')).toBe('The PBX refused: কলটি ব্যর্থ হয়েছে');
  });

  it('is bounded, and well-formed text at any length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 150, maxLength: 600 }), (message) => {
        const words = said(message);
        expect(words.length).toBeLessThanOrEqual('The PBX refused: '.length + 200);
        expect(words).not.toMatch(/[\p{Cc}\p{Cs}]/u);
      }),
    );
    expect(said(`${'x'.repeat(198)}😀😀`)).toBe(`The PBX refused: ${'x'.repeat(198)}…`);
  });
});
