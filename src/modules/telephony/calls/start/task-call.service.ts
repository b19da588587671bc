import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { extensionProblem } from '../../../../common/extension.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { ExtensionDirectory } from '../../../agents/extensions/extension-directory.service.js';
import { AuditService } from '../../../audit/audit.service.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import { CallTasksService } from '../../../crm/call-tasks/call-tasks.service.js';
import type { StartCallRequest } from '../dto/call-control.dto.js';
import type { InitiateCallRequest, InitiateCallResponse } from '../dto/initiate-call.dto.js';
import { StartCallService } from './start-call.service.js';

/** A call from a task of the call desk. The number comes from the task, and the extension from whom it rings. */
@Injectable()
export class TaskCallService {
  constructor(
    private readonly tasks: CallTasksService,
    private readonly starts: StartCallService,
    private readonly directory: ExtensionDirectory,
    private readonly audit: AuditService,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** @throws DomainError VALIDATION_FAILED, FORBIDDEN, TASK_NOT_FOUND, TASK_HAS_NO_NUMBER, and those of {@link StartCallService.start} */
  async initiate(
    agent: AgentIdentity,
    request: InitiateCallRequest,
    key: string | null,
  ): Promise<InitiateCallResponse> {
    const act = { agent, action: 'call.start', subject: `task:${request.taskId}` } as const;
    // The start records its own refusals.
    const start = await this.audit.recordingRefusals(act, () => this.startOf(agent, request));
    const started = await this.starts.start(agent, start, key);
    return {
      telephonyCallId: started.telephonyCallId,
      externalCallId: started.bracknet_call_id,
      mode: started.mode,
      taskId: started.crm_task_id,
    };
  }

  private async startOf(
    agent: AgentIdentity,
    { taskId, agentUserId = agent.userId, agentPhone }: InitiateCallRequest,
  ): Promise<StartCallRequest> {
    if (agentUserId !== agent.userId && agent.role !== 'supervisor') {
      throw new DomainError(
        'FORBIDDEN',
        `agentUserId must be ${agent.userId}, your own user id: only a supervisor may name another user`,
      );
    }
    const extension = this.extensionFor(agent, agentUserId, agentPhone);
    const customerNumber = await this.tasks.numberOf(taskId);
    return {
      ...(extension !== null && { agent_extension: extension }),
      ...(agentUserId !== agent.userId && { agent_id: String(agentUserId) }),
      customer_number: customerNumber,
      crm_call_id: String(taskId),
    };
  }

  /** null: that of the user himself, which the start knows. */
  private extensionFor(agent: AgentIdentity, userId: number, agentPhone: string | undefined): string | null {
    const named = this.extensionIn(agentPhone);
    if (named !== null || userId === agent.userId) return named;
    const assigned = this.directory.primaryOf(userId);
    if (assigned !== null) return assigned;
    throw new DomainError(
      'VALIDATION_FAILED',
      `agentUserId ${userId} has no extension: assign one (PUT /api/telephony/extensions/{extension}), or send agentPhone`,
      [{ field: 'agentUserId', problem: `user ${userId} has no extension`, rule: 'unsuitable' }],
    );
  }

  /** null: the text is none, such as the agent's own telephone number, which the PBX cannot ring as an extension. */
  private extensionIn(agentPhone: string | undefined): string | null {
    const isExtension =
      agentPhone !== undefined && extensionProblem(agentPhone, this.config.extensions) === null;
    return isExtension ? agentPhone : null;
  }
}
