import { Injectable } from '@nestjs/common';
import { Brackets, DataSource } from 'typeorm';
import { momentOf } from '../../../common/date-or-time.js';
import { DomainError } from '../../../common/errors/domain-error.js';
import { e164Of } from '../../../common/phone-number.js';
import { AppConfig } from '../../../config/app-config.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import {
  type CallDetailDto,
  type CallListDto,
  type CallListQuery,
  toCallDto,
  toCallReceiptDto,
} from './dto/call.dto.js';
import { WebhookReceiptRepository } from '../webhooks/inbox/receipts/webhook-receipt.repository.js';
import { Call } from './call.entity.js';
import { isCallOf } from './domain/call-access.js';
import { CallRepository } from './call.repository.js';

/** Reading back what happened. */
@Injectable()
export class CallLogService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly calls: CallRepository,
    private readonly receipts: WebhookReceiptRepository,
    private readonly config: AppConfig,
  ) {}

  /** Newest first. Agents see their own calls, supervisors all. */
  async list(agent: AgentIdentity, query: CallListQuery): Promise<CallListDto> {
    const { page, limit, status, direction, agentUserId, customerPhone } = query;
    const calls = this.dataSource.manager.createQueryBuilder(Call, 'call');
    if (agent.role !== 'supervisor') {
      calls.andWhere(
        new Brackets((own) => {
          own.where('call.agent_user_id = :userId', { userId: agent.userId });
          if (agent.extension === null) return;
          own.orWhere('call.agent_phone = :extension', { extension: agent.extension });
          // In the words of the index of calls that were transferred.
          own.orWhere(
            'call.first_agent_phone = :extension AND call.first_agent_phone IS DISTINCT FROM call.agent_phone',
          );
        }),
      );
    }
    if (status !== undefined) calls.andWhere('call.status = :status', { status });
    if (direction !== undefined) calls.andWhere('call.direction = :direction', { direction });
    if (agentUserId !== undefined) calls.andWhere('call.agent_user_id = :agentUserId', { agentUserId });
    if (customerPhone !== undefined) {
      const e164 = e164Of(customerPhone);
      if (e164 === null) {
        calls.andWhere('call.customer_phone = :customerPhone AND call.customer_number_e164 IS NULL', {
          customerPhone,
        });
      } else calls.andWhere('call.customer_number_e164 = :e164', { e164 });
    }
    const { businessTimeZone } = this.config.telephony;
    if (query.from !== undefined) {
      const from = momentOf('from', query.from, businessTimeZone);
      calls.andWhere('call.started_at >= :from', { from });
    }
    if (query.to !== undefined) {
      calls.andWhere('call.started_at < :to', { to: momentOf('to', query.to, businessTimeZone) });
    }

    const [items, total] = await calls
      .orderBy('call.startedAt', 'DESC')
      .addOrderBy('call.id', 'DESC')
      .skip((page - 1) * limit)
      .take(limit)
      .getManyAndCount();
    return { items: items.map(toCallDto), total, page, limit };
  }

  /** @throws DomainError CALL_NOT_FOUND, for another agent's call too */
  async get(agent: AgentIdentity, id: number): Promise<CallDetailDto> {
    const call = await this.calls.findById(this.dataSource.manager, id);
    if (call === null || !isCallOf(agent, call)) {
      throw new DomainError('CALL_NOT_FOUND', `There is no call ${id} among your calls`);
    }
    if (agent.role !== 'supervisor') return toCallDto(call);
    const receipts = await this.receipts.ofCall(this.dataSource.manager, id);
    return { ...toCallDto(call), receipts: receipts.map(toCallReceiptDto) };
  }
}
