import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Brackets } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { momentOf } from '../../../common/time/date-or-time.js';
import { DomainError } from '../../../common/errors/domain-error.js';
import { e164Of } from '../../../common/phone-number.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import {
  type CallListDto,
  type CallListQuery,
  type RecordedCallDto,
  toCallDto,
  toRecordedCallDto,
} from './dto/call.dto.js';
import { isCallOf } from './domain/call-access.js';
import { CallRepository } from './call.repository.js';

/** Reads calls for the CRM's front end. */
@Injectable()
export class CallLogService {
  constructor(
    private readonly calls: CallRepository,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** Newest first. Agents see their own calls, supervisors all. */
  async list(agent: AgentIdentity, query: CallListQuery): Promise<CallListDto> {
    const { page, limit, status, direction, agentUserId, customerPhone } = query;
    const calls = this.calls.createQueryBuilder('call');
    if (agent.role !== 'supervisor') {
      calls.andWhere(
        new Brackets((own) => {
          own.where('call.agent_user_id = :userId', { userId: agent.userId });
          if (agent.extension === null) return;
          own.orWhere('call.agent_phone = :extension', { extension: agent.extension });
          // The same predicate as the partial index of transferred calls, so that PostgreSQL uses it.
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
    const { businessTimeZone } = this.config;
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

  /** @throws DomainError CALL_NOT_FOUND, also for another agent's call */
  async get(agent: AgentIdentity, id: number): Promise<RecordedCallDto> {
    const call = await this.calls.findOneBy({ id });
    if (call === null || !isCallOf(agent, call)) {
      throw new DomainError('CALL_NOT_FOUND', `There is no call ${id} among your calls`);
    }
    return toRecordedCallDto(call);
  }
}
