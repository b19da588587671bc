import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { maskNumbersIn } from '../../../../common/phone-number.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { ExtensionDirectory } from '../../../agents/extensions/extension-directory.service.js';
import type { Act } from '../../../audit/audit.service.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import type { StartCallRequest } from '../dto/call-control.dto.js';
import { clickToCall, type ClickToCall } from './click-to-call.js';

/** Reads a request to start a call, by what the operator allows and by which extensions the agent holds. */
@Injectable()
export class ClickReader {
  constructor(
    private readonly directory: ExtensionDirectory,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * @param key the client's `Idempotency-Key`; null: it sent none
   * @throws DomainError VALIDATION_FAILED, NUMBER_*, EXTENSION_NOT_YOURS, FORBIDDEN
   */
  read(agent: AgentIdentity, request: StartCallRequest, key: string | null): ClickToCall {
    return clickToCall(agent, request, key, this.directory, this.config);
  }

  /** What the audit says of a request that is refused. */
  actOf(agent: AgentIdentity, request: StartCallRequest): Act {
    const primary = this.directory.primaryOf(agent.userId);
    const extension = maskNumbersIn(request.agent_extension ?? agent.extension ?? primary ?? 'none');
    return { agent, action: 'call.start', subject: `extension:${extension}` };
  }
}
