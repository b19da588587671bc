import { createHash } from 'node:crypto';
import { dialable, type Dialable } from '../../../../common/dial-policy.js';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { assertExtension, type ExtensionRule } from '../../../../common/extension.js';
import { LARGEST_ID } from '../../../../common/limits.js';
import { asciiOf } from '../../../../common/phone-number.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import type { StartCallRequest } from '../dto/call-control.dto.js';

/** A validated request of an agent to call a number. */
export interface ClickToCall {
  /** Who asks. */
  readonly agent: AgentIdentity;
  /** Whose call it is: who asks, or the user whom a supervisor names. */
  readonly userId: number;
  readonly extension: string;
  readonly number: Dialable;
  readonly callerId: string;
  readonly request: StartCallRequest;
  /** The client's `Idempotency-Key`; null: it sent none. */
  readonly key: string | null;
  /** SHA-256 of the request, hex. */
  readonly fingerprint: string;
}

/** Who holds which extension. */
export interface HeldExtensions {
  /** The primary one first. */
  extensionsOf(userId: number): readonly string[];
  /** null: nobody holds it. */
  holderOf(extension: string): number | null;
}

/** What the operator allows in a start. */
export interface StartRules {
  /** ISO 3166 alpha-2 codes. */
  readonly dialCountries: readonly string[];
  readonly extensions: ExtensionRule;
  /** The first is the default. */
  readonly callerIds: readonly string[];
}

/** @throws DomainError VALIDATION_FAILED, NUMBER_*, EXTENSION_NOT_YOURS, FORBIDDEN */
export function clickToCall(
  agent: AgentIdentity,
  request: StartCallRequest,
  key: string | null,
  holders: HeldExtensions,
  rules: StartRules,
): ClickToCall {
  assertAgentId(agent, request.agent_id);
  return {
    agent,
    userId: userOf(agent, request),
    request,
    key,
    extension: extensionOf(agent, request, holders, rules.extensions),
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

/** A supervisor may name the user whose call it is. An id of the PBX's own, such as `A102`, names nobody. */
function userOf(agent: AgentIdentity, { agent_id: agentId }: StartCallRequest): number {
  const named = agent.role === 'supervisor' ? idIn(agentId) : null;
  return named ?? agent.userId;
}

/** A text as an id of the CRM. null: it is none. */
export function idIn(text: string | undefined): number | null {
  if (text === undefined || !/^[1-9]\d{0,9}$/u.test(text)) return null;
  const id = Number(text);
  return id <= LARGEST_ID ? id : null;
}

/** The extension of the token binds; without it, those that the agent holds; without any, he may name a free one. */
function extensionOf(
  agent: AgentIdentity,
  request: StartCallRequest,
  holders: HeldExtensions,
  rule: ExtensionRule,
): string {
  const held = holders.extensionsOf(agent.userId);
  const extension = request.agent_extension ?? agent.extension ?? held[0];
  if (extension === undefined) {
    throw new DomainError(
      'VALIDATION_FAILED',
      'agent_extension is required: your token names no extension, and none is assigned to you',
      [{ field: 'agent_extension', problem: 'is required', rule: 'required' }],
    );
  }
  assertExtension(extension, 'agent_extension', rule);
  if (agent.role !== 'supervisor' && agent.extension !== null && agent.extension !== extension) {
    throw new DomainError(
      'EXTENSION_NOT_YOURS',
      `Your extension is ${agent.extension}: only a supervisor may start a call from another`,
    );
  }
  const isBoundByMap = agent.role !== 'supervisor' && agent.extension === null;
  if (isBoundByMap && held.length > 0 && !held.includes(extension.toLowerCase())) {
    throw new DomainError(
      'EXTENSION_NOT_YOURS',
      `You hold extension ${held.join(', ')}: only a supervisor may start a call from another`,
    );
  }
  const holder = holders.holderOf(extension);
  if (isBoundByMap && holder !== null && holder !== agent.userId) {
    throw new DomainError(
      'EXTENSION_NOT_YOURS',
      `Extension ${extension} is held by another user: only a supervisor may start a call from it`,
    );
  }
  return extension;
}

function callerIdOf({ caller_id: callerId }: StartCallRequest, allowed: readonly string[]): string {
  const chosen = callerId ?? allowed[0];
  if (chosen === undefined || !allowed.includes(chosen)) {
    const problem = `caller_id must be one of ${allowed.join(', ')}`;
    throw new DomainError('VALIDATION_FAILED', problem, [
      { field: 'caller_id', problem, rule: 'not_a_choice' },
    ]);
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
