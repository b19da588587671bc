import type { CallEvent } from '../call-event.js';
import type { CallUnitOfWork } from '../call-unit-of-work.js';
import type { CallWithFacts } from '../call-with-facts.js';
import { mayBePlaced } from '../start-answer.js';

/** Events are matched by CRM id only to calls started within this time: the CRM may use the same id again later. */
export const EXTERNAL_ID_TIMEOUT_MS = 15 * 60_000;

/**
 * The started call without an id of the PBX that an event with the CRM's id is about. Clients choose that id, so it proves
 * little: a start that the PBX has refused awaits no event, the event must not contradict the extension and the number of
 * the start, and an event that could be about the starts of several agents is about none. The answer to the start names
 * the PBX's id then.
 */
export function startOfEvent(unitOfWork: CallUnitOfWork, event: CallEvent): CallWithFacts | null {
  const { externalCallId, crmCallId } = event;
  if (externalCallId === null || crmCallId === null) return null;
  const since = unitOfWork.now.getTime() - EXTERNAL_ID_TIMEOUT_MS;
  const isStart = (call: CallWithFacts): boolean =>
    call.crmCallId === crmCallId && call.direction === 'outbound' && call.createdAt.getTime() > since;
  // The start has its id already.
  if (unitOfWork.callsWithExternalId(externalCallId).some((call) => isStart(call) && hasStart(call))) {
    return null;
  }
  const waiting = [...unitOfWork.all()].filter(
    (call) => call.externalCallId === null && isStart(call) && mayBePlaced(call) && agrees(call, event),
  );
  const agents = new Set(waiting.map(({ agentUserId }) => agentUserId));
  return agents.size > 1 ? null : newestOf(waiting);
}

function hasStart({ facts }: CallWithFacts): boolean {
  return facts.origin?.kind === 'start';
}

/**
 * Whether the event can be about the start: at the extension that it names, else with the number that it names. The number
 * alone is not enough where the extension is another one: two agents may call one customer.
 */
function agrees({ facts: { origin } }: CallWithFacts, { extension, customer }: CallEvent): boolean {
  if (origin === undefined) return true;
  if (extension !== null) return extension === origin.extension;
  const e164 = customer?.e164 ?? null;
  return e164 === null || e164 === origin.e164;
}

/** By creation time first: ids are allocated in advance, so the greater id need not be the newer call. */
function newestOf(calls: readonly CallWithFacts[]): CallWithFacts | null {
  const sorted = calls.toSorted((a, b) => Number(a.createdAt) - Number(b.createdAt) || a.id - b.id);
  return sorted.at(-1) ?? null;
}
