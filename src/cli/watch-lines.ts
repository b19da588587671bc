import { maskNumbersIn } from '../common/phone-number.js';
import type { AnyMessage, LiveCall } from '../client/client.js';

/** Characters of the longest event, so that what follows is in one column. */
const EVENT_WIDTH = 'session_expiring'.length;

/**
 * One line for a message.
 *
 * @param isFull telephone numbers and names in full
 */
export function lineOfMessage({ event, message }: AnyMessage, at: Date, isFull: boolean): string {
  return line(event, detailsOf({ event, message } as AnyMessage, isFull), at);
}

/** One line for a call of the snapshot. */
export function lineOfCall(call: LiveCall, at: Date, isFull: boolean): string {
  return line('snapshot', callDetails(call, isFull), at);
}

function line(event: string, details: string[], at: Date): string {
  return [at.toISOString().slice(11), event.padEnd(EVENT_WIDTH), ...details].join('  ');
}

function detailsOf({ event, message }: AnyMessage, isFull: boolean): string[] {
  switch (event) {
    case 'ready':
      return [
        `user ${message.userId}`,
        message.role,
        message.extensions.length === 0 ? 'no extension' : `extensions ${message.extensions.join(', ')}`,
      ];
    case 'incoming_call': {
      const { customer, matchCount } = message;
      const several = matchCount === 0 ? 'no customer' : `${matchCount} customers`;
      const name = customer === null ? several : `customer ${customer.id}`;
      return [
        ...callDetails(message.call, isFull),
        isFull && customer !== null ? `${name} ${customer.name}` : name,
      ];
    }
    case 'call_updated':
      return callDetails(message.call, isFull);
    case 'call_gone':
      return [`call ${message.id}`, message.into === null ? 'gone' : `merged into call ${message.into}`];
    case 'agent_presence':
      return [`user ${message.userId}`, message.status, ...(message.reason === null ? [] : [message.reason])];
    case 'task_changed': {
      const { id, status, priority, assignedAgentId } = message.task;
      return [
        `task ${id}`,
        status,
        priority,
        assignedAgentId === null ? 'nobody' : `user ${assignedAgentId}`,
      ];
    }
    case 'board':
      return [
        `${message.ringing} ringing`,
        `${message.talking} talking`,
        `${message.agents.online} agents free`,
      ];
    case 'resync':
      return [message.why];
    case 'session_expiring':
      return [`the token ends at ${message.at}`];
    default:
      // A newer service sends events that this version does not know.
      return [];
  }
}

function callDetails(call: LiveCall, isFull: boolean): string[] {
  const { id, status, direction, customerPhone, agentPhone, agentUserId, version } = call;
  const number = customerPhone === '' ? 'unknown' : isFull ? customerPhone : maskNumbersIn(customerPhone);
  const user = agentUserId === null ? '' : ` (user ${agentUserId})`;
  return [
    `call ${id}`,
    status.padEnd('completed'.length),
    `${direction === 'inbound' ? 'from' : 'to'} ${number}`,
    `${agentPhone === null ? 'no extension' : `extension ${agentPhone}`}${user}`,
    `version ${version}`,
  ];
}
