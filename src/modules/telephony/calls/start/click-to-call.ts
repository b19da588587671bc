import { createHash } from 'node:crypto';
import { dialable, type Dialable } from '../../../../common/dial-policy.js';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { assertExtension, type ExtensionRule } from '../../../../common/extension.js';
import { asciiOf } from '../../../../common/phone-number.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import type { StartCallRequest } from '../dto/call-control.dto.js';

/** A validated request of an agent to call a number. */
export interface ClickToCall {
  readonly agent: AgentIdentity;
  readonly extension: string;
  readonly number: Dialable;
  readonly callerId: string;
  readonly request: StartCallRequest;
  /** The client's `Idempotency-Key`; null: it sent none. */
  readonly key: string | null;
  /** SHA-256 of the request, hex. */
  readonly fingerprint: string;
}

/** What the operator allows in a start. */
export interface StartRules {
  /** ISO 3166 alpha-2 codes. */
  readonly dialCountries: readonly string[];
  readonly extensions: ExtensionRule;
  /** The first is the default. */
  readonly callerIds: readonly string[];
}

/**
 * @param held the extensions that the agent holds, the primary one first
 * @throws DomainError VALIDATION_FAILED, NUMBER_*, EXTENSION_NOT_YOURS, FORBIDDEN
 */
export function clickToCall(
  agent: AgentIdentity,
  request: StartCallRequest,
  key: string | null,
  held: readonly string[],
  rules: StartRules,
): ClickToCall {
  assertAgentId(agent, request.agent_id);
  return {
    agent,
    request,
    key,
    extension: extensionOf(agent, request, held, rules.extensions),
    callerId: callerIdOf(request, rules.callerIds),
    number: dialable(request.customer_number, rules.dialCountries),
    fingerprint: createHash('sha256')
      .update(JSON.stringify(Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1))))
      .digest('hex'),
  };
}

/** The CRM's id of the call, or a generated one, so that the PBX always has an id to echo. */
export function crmCallIdOf(callId: number, request: StartCallRequest): string {
  return request.crm_call_id ?? `TELEPHONY-${callId}`;
}

/** The extension of the token binds; without it, those that the agent holds; without any, he may name one. */
function extensionOf(
  agent: AgentIdentity,
  request: StartCallRequest,
  held: readonly string[],
  rule: ExtensionRule,
): string {
  const extension = request.agent_extension ?? agent.extension ?? held[0];
  if (extension === undefined) {
    throw new DomainError(
      'VALIDATION_FAILED',
      'agent_extension is required: your token names no extension, and none is assigned to you',
      [{ field: 'agent_extension', problem: 'is required' }],
    );
  }
  assertExtension(extension, 'agent_extension', rule);
  if (agent.role !== 'supervisor' && agent.extension !== null && agent.extension !== extension) {
    throw new DomainError(
      'EXTENSION_NOT_YOURS',
      `Your extension is ${agent.extension}: only a supervisor may start a call from another`,
    );
  }
  const isBoundByMap = agent.role !== 'supervisor' && agent.extension === null && held.length > 0;
  if (isBoundByMap && !held.includes(extension.toLowerCase())) {
    throw new DomainError(
      'EXTENSION_NOT_YOURS',
      `You hold extension ${held.join(', ')}: only a supervisor may start a call from another`,
    );
  }
  return extension;
}

function callerIdOf({ caller_id: callerId }: StartCallRequest, allowed: readonly string[]): string {
  const chosen = callerId ?? allowed[0];
  if (chosen === undefined || !allowed.includes(chosen)) {
    const problem = `caller_id must be one of ${allowed.join(', ')}`;
    throw new DomainError('VALIDATION_FAILED', problem, [{ field: 'caller_id', problem }]);
  }
  return chosen;
}

/** A PBX that keeps agents by the CRM's user ids would enter the call as another agent's. */
function assertAgentId(agent: AgentIdentity, agentId: string | undefined): void {
  if (agentId === undefined || agent.role === 'supervisor') return;
  if (isNumeric(agentId) && agentId !== String(agent.userId)) {
    throw new DomainError(
      'FORBIDDEN',
      `agent_id must be ${agent.userId}, your own user id: only a supervisor may name another user`,
    );
  }
}

/** Whether a PBX may read a text as a number, in whatever digits and signs it is written. */
function isNumeric(text: string): boolean {
  const ascii = asciiOf(text.normalize('NFKC'));
  return (/\p{N}/u.test(ascii) && !/\p{L}/u.test(ascii)) || Number.isFinite(Number(ascii));
}
