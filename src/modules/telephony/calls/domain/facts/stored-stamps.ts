import { type CallFacts, reportsOf } from './call-facts.js';
import { identityOf } from './merge.js';

/**
 * The facts of an event as they were stored when it was first applied, if it is applied again: what was configured about
 * its extension then holds for it, and who held it.
 */
export function withStoredStamps(
  facts: CallFacts,
  calls: Iterable<{ readonly facts: CallFacts }>,
): CallFacts {
  const [report] = reportsOf(facts);
  if (report?.extension === undefined) return facts;
  for (const call of calls) {
    for (const stored of reportsOf(call.facts)) {
      if (stored.receivedAt !== report.receivedAt || stored.extension !== report.extension) continue;
      // A copy: the event may be merged into another row, and the division tells the reports of two rows apart.
      if (identityOf(stored) === identityOf(report)) return { reports: [{ ...stored }] };
    }
  }
  return facts;
}
