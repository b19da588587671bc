import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { extensionProblem } from '../../../../common/extension.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import { CallTasksService } from '../../../crm/call-tasks/call-tasks.service.js';
import type { InitiateCallRequest, InitiateCallResponse } from '../dto/initiate-call.dto.js';
import { StartCallService } from './start-call.service.js';

/** A call from a task of the call desk. The number comes from the task, and the extension from whom it rings. */
@Injectable()
export class TaskCallService {
  constructor(
    private readonly tasks: CallTasksService,
    private readonly starts: StartCallService,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** @throws DomainError TASK_NOT_FOUND, TASK_HAS_NO_NUMBER, and those of {@link StartCallService.start} */
  async initiate(
    agent: AgentIdentity,
    { taskId, agentUserId = agent.userId, agentPhone }: InitiateCallRequest,
    key: string | null,
  ): Promise<InitiateCallResponse> {
    if (agentUserId !== agent.userId && agent.role !== 'supervisor') {
      throw new DomainError(
        'FORBIDDEN',
        `agentUserId must be ${agent.userId}, your own user id: only a supervisor may name another user`,
      );
    }
    const customerNumber = await this.tasks.numberOf(taskId);
    const extension = this.extensionIn(agentPhone);
    const request = {
      ...(extension !== null && { agent_extension: extension }),
      ...(agentUserId !== agent.userId && { agent_id: String(agentUserId) }),
      customer_number: customerNumber,
      crm_call_id: String(taskId),
    };
    const started = await this.starts.start(agent, request, key);
    return {
      telephonyCallId: started.telephonyCallId,
      externalCallId: started.bracknet_call_id,
      mode: started.mode,
      taskId: started.crm_task_id,
    };
  }

  /** null: the text is none, such as the agent's own telephone number, which the PBX cannot ring as an extension. */
  private extensionIn(agentPhone: string | undefined): string | null {
    const isExtension =
      agentPhone !== undefined && extensionProblem(agentPhone, this.config.extensions) === null;
    return isExtension ? agentPhone : null;
  }
}
