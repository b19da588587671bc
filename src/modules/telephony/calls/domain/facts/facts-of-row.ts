import type { Call } from '../../call.entity.js';
import type { CallFacts } from './call-facts.js';
import { presentFacts, withAgentOfRow } from './earlier-facts.js';
import { legacyFactsOf } from './legacy-facts.js';

/** The facts of a row in their present form, whichever version wrote it. */
export function factsOfRow(row: Call): CallFacts {
  return row.facts === null ? legacyFactsOf(row) : withAgentOfRow(presentFacts(row.facts), row.agentUserId);
}
