import {
  type CallAudience,
  audienceOf,
  type CallOfAudience,
} from '../../telephony/calls/domain/call-access.js';
import type { Call } from '../../telephony/calls/call.entity.js';

/**
 * At whom an inbound call rings: at all who may see it until it is answered, and then, by a transfer, at those who may see
 * it since the version before and do not have it.
 * @param before who might see the version that was pushed last; null: none was
 */
export function ringsAt(
  call: Pick<Call, 'direction' | 'status'> & CallOfAudience,
  before: CallAudience | null,
): CallAudience {
  const audience = audienceOf(call);
  if (call.direction === 'inbound' && call.status === 'ringing') return audience;
  if (call.direction !== 'inbound' || call.status !== 'answered' || before === null) return NOBODY;
  return {
    users: audience.users.filter((user) => user !== call.agentUserId && !before.users.includes(user)),
    extensions: audience.extensions.filter(
      (extension) => extension !== call.agentPhone && !before.extensions.includes(extension),
    ),
  };
}

const NOBODY: CallAudience = { users: [], extensions: [] };
