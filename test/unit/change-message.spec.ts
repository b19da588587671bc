import * as fc from 'fast-check';
import type { Change } from '../../src/modules/change-feed/change.js';
import {
  decodeMessage,
  encodeChange,
  encodeMessage,
  SMALLEST_LIMIT,
} from '../../src/modules/change-feed/change-message.js';
import { mergeChanges } from '../../src/modules/change-feed/gathered-changes.js';
import { changes } from '../support/changes.js';

/** The change that the messages tell together. */
function told(messages: readonly string[]): Change {
  return messages
    .map((text) => decodeMessage(text)?.change ?? {})
    .reduce((whole, part) => mergeChanges(whole, part), {});
}

describe('a message between instances', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(changes(), fc.uuid(), (change, from) => {
        const [text = '', ...others] = encodeChange(from, change, SMALLEST_LIMIT);
        expect(others).toEqual([]);
        expect(decodeMessage(text)).toEqual({ v: 1, from, change });
      }),
    );
  });

  it('of a change that is too large is several, each small enough, which together tell all of it', () => {
    const call = fc.record({
      id: fc.integer({ min: 1, max: 2_147_483_647 }),
      users: fc.integer({ min: 0, max: 900 }).map((count) => range(2_147_000_000, count)),
      extensions: fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 15 }), {
        maxLength: 40,
      }),
    });
    const large = fc.record({
      calls: fc.uniqueArray(call, { selector: ({ id }) => id, maxLength: 12 }),
      tasks: fc.integer({ min: 0, max: 3_000 }).map((count) => range(1_000_000_000, count)),
      revocations: fc.constant(true as const),
    });
    fc.assert(
      fc.property(large, (change) => {
        const messages = encodeChange('instance', change, SMALLEST_LIMIT);
        for (const text of messages) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(SMALLEST_LIMIT);
        expect(told(messages)).toEqual(mergeChanges({}, change));
      }),
      { numRuns: 30 },
    );
  });

  it('may have fields that a later version writes', () => {
    const later = { v: 1, from: 'a', sentAt: 5, change: { tasks: [5], queues: ['sales'] } };
    expect(decodeMessage(JSON.stringify(later))?.change).toMatchObject({ tasks: [5] });
  });

  it('that tells of a gap says why', () => {
    expect(decodeMessage(encodeMessage('a', { gap: 'was away' }))).toEqual({
      v: 1,
      from: 'a',
      gap: 'was away',
    });
  });

  it.each([
    '',
    'null',
    '{"v":1',
    '[]',
    '{"v":2,"from":"a"}',
    '{"v":1}',
    '{"v":1,"from":"a","gap":5}',
    '{"v":1,"from":"a","change":[]}',
    '{"v":1,"from":"a","change":{"tasks":["5"]}}',
    '{"v":1,"from":"a","change":{"presence":5}}',
    '{"v":1,"from":"a","change":{"extensions":false}}',
    '{"v":1,"from":"a","change":{"calls":[null]}}',
    '{"v":1,"from":"a","change":{"calls":[{"id":5,"users":[7]}]}}',
    '{"v":1,"from":"a","change":{"calls":[{"id":5,"users":[7],"extensions":[201]}]}}',
    '{"v":1,"from":"a","change":{"calls":[{"id":5,"users":[],"extensions":[],"removed":{}}]}}',
  ])('cannot be read: %s', (text) => {
    expect(decodeMessage(text)).toBeNull();
  });

  it('of any text is read or refused, never an error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        decodeMessage(text);
      }),
    );
  });
});

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}
