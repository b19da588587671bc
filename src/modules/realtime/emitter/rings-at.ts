import type { Call } from '../../telephony/calls/call.entity.js';
import {
  type CallAudience,
  audienceOf,
  type CallOfAudience,
} from '../../telephony/calls/domain/call-access.js';
import type { Report } from '../../telephony/calls/domain/facts/call-facts.js';

/**
 * At whom an inbound call rings: at all who may see it until it is answered, and then, by a transfer, at those of them
 * whom the last ring since the answer names, until that extension answers or misses it.
 * @param reports of the call, in order of time; needed only if it is answered
 */
export function ringsAt(
  call: Pick<Call, 'direction' | 'status'> & CallOfAudience,
  reports: readonly Report[],
): CallAudience {
  if (call.direction !== 'inbound') return NOBODY;
  const audience = audienceOf(call);
  if (call.status === 'ringing') return audience;
  if (call.status !== 'answered') return NOBODY;
  const rings = ringsOfTransfer(reports);
  const users = rings.flatMap(({ userId, members = [] }) => [userId, ...members]);
  const extensions = rings.map(({ extension }) => extension);
  return {
    users: audience.users.filter((user) => users.includes(user)),
    extensions: audience.extensions.filter((extension) => extensions.includes(extension)),
  };
}

/** The last ring after the last answer, and those at the same time: a transfer may ring at several extensions. */
function ringsOfTransfer(reports: readonly Report[]): Report[] {
  const answer = reports.findLast(({ type }) => type === 'answered');
  if (answer === undefined) return [];
  const later = reports.filter(({ at }) => at > answer.at);
  const rings = later.filter(
    ({ type, extension }) =>
      (type === 'incoming' || type === 'ringing') &&
      extension !== undefined &&
      extension !== answer.extension,
  );
  const last = rings.at(-1);
  const isMissed = (ring: Report): boolean =>
    later.some(
      ({ type, extension, at }) => type === 'missed' && extension === ring.extension && at >= ring.at,
    );
  return rings.filter((ring) => ring.at === last?.at && !isMissed(ring));
}

const NOBODY: CallAudience = { users: [], extensions: [] };
