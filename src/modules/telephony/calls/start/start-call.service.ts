import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Clock } from '../../../../common/time/clock.js';
import { dialable } from '../../../../common/dial-policy.js';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { bracknetConfig } from '../../../../config/namespaces/bracknet.config.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import type { Call } from '../call.entity.js';
import type { StartCallRequest, StartCallResponse } from '../dto/call-control.dto.js';
import { Pbx, type PbxStartRequest } from '../pbx.js';
import {
  type ClickToCall,
  crmCallIdOf,
  type StartAnswer,
  StartedCallService,
} from './started-call.service.js';

/** How often a repeated request polls for the PBX's answer to the first one, and how long after the PBX's timeout. */
const ANSWER_POLL_MS = 100;
const ANSWER_GRACE_MS = 5_000;

/** Click to call. Each click creates one row and sends one request to the PBX, however often the client repeats it. */
@Injectable()
export class StartCallService {
  private readonly logger = new Logger(StartCallService.name);

  constructor(
    private readonly startedCalls: StartedCallService,
    private readonly pbx: Pbx,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
    @Inject(bracknetConfig.KEY) private readonly bracknet: ConfigType<typeof bracknetConfig>,
  ) {}

  /**
   * @param key the client's `Idempotency-Key`; null: it sent none
   * @throws DomainError NUMBER_*, EXTENSION_NOT_YOURS, IDEMPOTENCY_KEY_REUSED, CALL_OUTCOME_UNKNOWN, PBX_*
   */
  async start(
    agent: AgentIdentity,
    request: StartCallRequest,
    key: string | null,
  ): Promise<StartCallResponse> {
    const click: ClickToCall = {
      agent,
      request,
      key,
      extension: extensionOf(agent, request),
      number: dialable(request.customer_number, this.config.dialCountries),
      fingerprint: createHash('sha256')
        .update(JSON.stringify(Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1))))
        .digest('hex'),
    };
    const { callId, isNew } = await this.startedCalls.findOrCreate(click);
    if (isNew) {
      const answer = await this.requestStart(callId, click);
      await this.startedCalls.recordAnswer(callId, click, answer);
    }
    return this.responseFor(callId);
  }

  /** Outside of any transaction: the PBX may take seconds to answer. */
  private async requestStart(
    callId: number,
    { agent, extension, number, request }: ClickToCall,
  ): Promise<StartAnswer> {
    const pbxRequest: PbxStartRequest = {
      agent_extension: extension,
      agent_id: request.agent_id ?? String(agent.userId),
      customer_number: number.national,
      caller_id: request.caller_id ?? 'TrustCart',
      call_type: request.call_type ?? 'outbound',
      crm_call_id: crmCallIdOf(callId, request),
    };
    try {
      const { bracknetCallId, message } = await this.pbx.start(pbxRequest);
      return { bracknet_call_id: bracknetCallId, message, mode: this.pbx.mode };
    } catch (error) {
      if (error instanceof DomainError) return { error: { code: error.code, message: error.message } };
      this.logger.error(`Call ${callId} could not be placed`, error);
      return { error: { code: 'INTERNAL', message: 'Internal server error' } };
    }
  }

  /**
   * The response to this call's click. Polls if another request of the same click is still waiting for the PBX.
   * @throws DomainError the error of the start, or PBX_TIMEOUT
   */
  private async responseFor(callId: number): Promise<StartCallResponse> {
    const deadline = this.clock.now().getTime() + this.bracknet.timeoutMs + ANSWER_GRACE_MS;
    for (;;) {
      const answered = await this.startedCalls.findAnswered(callId);
      if (answered !== null) return responseOf(answered.call, answered.answer);
      if (this.clock.now().getTime() > deadline) {
        throw new DomainError(
          'PBX_TIMEOUT',
          'This call is still being placed. Look at the call before trying again',
        );
      }
      await delay(ANSWER_POLL_MS);
    }
  }
}

function responseOf(call: Call, answer: StartAnswer): StartCallResponse {
  if ('error' in answer) throw new DomainError(answer.error.code, answer.error.message);
  return {
    status: 'success',
    bracknet_call_id: answer.bracknet_call_id,
    message: answer.message,
    telephonyCallId: call.id,
    mode: answer.mode,
    crm_task_id: call.taskId,
  };
}

function extensionOf(agent: AgentIdentity, request: StartCallRequest): string {
  const extension = request.agent_extension ?? agent.extension;
  if (extension === null) {
    throw new DomainError('VALIDATION_FAILED', 'agent_extension is required: your token names no extension', [
      { field: 'agent_extension', problem: 'is required' },
    ]);
  }
  if (agent.role !== 'supervisor' && agent.extension !== null && agent.extension !== extension) {
    throw new DomainError(
      'EXTENSION_NOT_YOURS',
      `Your extension is ${agent.extension}: only a supervisor may start a call from another`,
    );
  }
  return extension;
}
