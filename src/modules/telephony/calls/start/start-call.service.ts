import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { Clock } from '../../../../common/time/clock.js';
import { AuditService } from '../../../audit/audit.service.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import type { Call } from '../call.entity.js';
import type { StartAnswer } from '../domain/start-answer.js';
import type { StartCallRequest, StartCallResponse } from '../dto/call-control.dto.js';
import { Pbx, type PbxStartRequest } from '../pbx.js';
import { ClickReader } from './click-reader.service.js';
import { type ClickToCall, crmCallIdOf } from './click-to-call.js';
import { outcomeUnknown, StartClicks } from './start-clicks.service.js';
import { type ClickedCall, StartedCallService } from './started-call.service.js';

/** How often a repeated request polls for the PBX's answer to the first one. */
const ANSWER_POLL_MS = 100;

/** Retry-After while it is not known whether a start was placed. */
const OUTCOME_RETRY_SECONDS = 10;

/** Click to call. Each click creates one row and sends one request to the PBX, however often the client repeats it. */
@Injectable()
export class StartCallService {
  private readonly logger = new Logger(StartCallService.name);

  constructor(
    private readonly reader: ClickReader,
    private readonly startedCalls: StartedCallService,
    private readonly clicks: StartClicks,
    private readonly audit: AuditService,
    private readonly pbx: Pbx,
    private readonly clock: Clock,
  ) {}

  /**
   * @param key the client's `Idempotency-Key`; null: it sent none
   * @throws DomainError VALIDATION_FAILED, FORBIDDEN, NUMBER_*, EXTENSION_NOT_YOURS, IDEMPOTENCY_KEY_REUSED,
   * CALL_OUTCOME_UNKNOWN, CALL_LIMIT_REACHED, PBX_*
   */
  async start(
    agent: AgentIdentity,
    request: StartCallRequest,
    key: string | null,
  ): Promise<StartCallResponse> {
    const act = this.reader.actOf(agent, request);
    const [click, clicked] = await this.audit.recordingRefusals(act, async () => {
      const valid = this.reader.read(agent, request, key);
      return [valid, await this.startedCalls.findOrCreate(valid, this.clock.now())] as const;
    });
    await this.place(click, clicked);
    return this.responseFor(clicked.callId);
  }

  /** Asks the PBX for a new call. A repeated click asks nothing. */
  private async place(click: ClickToCall, clicked: ClickedCall): Promise<void> {
    if (clicked.auditId === null) return;
    const answer = await this.requestStart(clicked.callId, click);
    await this.startedCalls.recordAnswer(clicked, click, answer, this.clock.now());
  }

  /** Outside of any transaction: the PBX may take seconds to answer. */
  private async requestStart(
    callId: number,
    { agent, extension, number, callerId, request }: ClickToCall,
  ): Promise<StartAnswer> {
    const pbxRequest: PbxStartRequest = {
      agent_extension: extension,
      agent_id: request.agent_id ?? String(agent.userId),
      customer_number: number.national,
      caller_id: callerId,
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
   * The response to this call's click. Polls while another request of the same click waits for the PBX.
   * @throws DomainError the error of the start, or CALL_OUTCOME_UNKNOWN when the process that waited has ended
   */
  private async responseFor(callId: number): Promise<StartCallResponse> {
    for (;;) {
      const outcome = await this.clicks.outcomeOf(callId);
      if (outcome.kind === 'answered') return responseOf(outcome.call, outcome.answer);
      if (outcome.kind !== 'waiting') throw outcomeUnknown(callId, OUTCOME_RETRY_SECONDS);
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
