import * as fc from 'fast-check';
import type { Change, ChangedCall } from '../../src/modules/change-feed/change.js';

const ids = (max: number) => fc.uniqueArray(fc.integer({ min: 1, max }), { maxLength: 5 });

function changedCalls(): fc.Arbitrary<ChangedCall> {
  return fc.record(
    {
      id: fc.integer({ min: 1, max: 8 }),
      users: ids(6),
      extensions: fc.uniqueArray(fc.constantFrom('201', '202', 'ivr'), { maxLength: 3 }),
      removed: fc.record({ into: fc.option(fc.integer({ min: 1, max: 8 })) }),
    },
    { requiredKeys: ['id', 'users', 'extensions'] },
  );
}

/** Changes of few ids, so that two of them often name the same. */
export function changes(): fc.Arbitrary<Change> {
  return fc.record(
    {
      calls: fc.uniqueArray(changedCalls(), { selector: ({ id }) => id, maxLength: 5 }),
      tasks: ids(8),
      presence: ids(8),
      extensions: fc.constant(true as const),
      revocations: fc.constant(true as const),
    },
    { requiredKeys: [] },
  );
}
