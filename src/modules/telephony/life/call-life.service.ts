import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Not } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { AuditLogService } from '../../audit/audit-log.service.js';
import type { AuditEntry } from '../../audit/audit-entry.entity.js';
import { type CallTask, CallTasksService } from '../../crm/call-tasks/call-tasks.service.js';
import { callNotFound } from '../calls/log/call-log.service.js';
import { CallRepository } from '../calls/call.repository.js';
import type { CallWithFacts } from '../calls/domain/call-with-facts.js';
import { factsOfRow } from '../calls/domain/facts/facts-of-row.js';
import type { WebhookReceipt } from '../webhooks/inbox/receipts/webhook-receipt.entity.js';
import { WebhookReceiptRepository } from '../webhooks/inbox/receipts/webhook-receipt.repository.js';
import { readReceiptsAgain } from '../webhooks/reprojection/receipts-again.js';
import type { CallLifeDto } from './call-life.dto.js';
import { lifeOf } from './life-answer.js';

/** Most receipts at each end of a call that are read: a PBX that repeats events for hours must not fill the memory. */
export const RECEIPTS_AT_EACH_END = 100;

/** Most acts of users, and most other calls of an id of the PBX, that are shown. */
const MOST_OTHERS = 100;

/** Acts on a call that belong to its life. A look at it does not. */
const ACTS = ['call.start', 'call.hangup', 'call.transfer', 'call.customer', 'call.clear'] as const;

/** Tells how a call came to be what it is, from its receipts. Changes nothing. */
@Injectable()
export class CallLifeService {
  constructor(
    private readonly calls: CallRepository,
    private readonly receipts: WebhookReceiptRepository,
    private readonly audit: AuditLogService,
    private readonly tasks: CallTasksService,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** @throws DomainError CALL_NOT_FOUND */
  async of(id: number): Promise<CallLifeDto> {
    const row = await this.calls.findOneBy({ id });
    if (row === null) throw callNotFound(id);
    const call: CallWithFacts = Object.assign(row, { facts: factsOfRow(row) });
    const { shown, count } = await this.receiptsOf(id);
    const { again } = readReceiptsAgain(shown.filter(isReadable), this.config);
    return lifeOf({
      call,
      receipts: shown,
      receiptCount: count,
      events: again.get(id) ?? [],
      acts: await this.actsOn(id),
      tasks: await this.tasksOf(call),
      otherCallIds: await this.callsOfId(call),
    });
  }

  private async receiptsOf(callId: number): Promise<{ shown: WebhookReceipt[]; count: number }> {
    const count = await this.receipts.countBy({ callId });
    const take = RECEIPTS_AT_EACH_END;
    if (count <= 2 * take) return { shown: await this.receipts.ofCall(callId), count };
    const first = await this.receipts.find({
      where: { callId },
      order: { receivedAt: 'ASC', id: 'ASC' },
      take,
    });
    const last = await this.receipts.find({
      where: { callId },
      order: { receivedAt: 'DESC', id: 'DESC' },
      take,
    });
    return { shown: [...first, ...last.reverse()], count };
  }

  private actsOn(callId: number): Promise<AuditEntry[]> {
    return this.audit.actsOn(`call:${callId}`, ACTS, MOST_OTHERS);
  }

  private tasksOf({ effects, taskId }: CallWithFacts): Promise<CallTask[]> {
    const named = Object.values(effects).flatMap((mark) => [mark?.taskId, ...(mark?.taskIds ?? [])]);
    const ids = [taskId, ...named].filter((id) => id !== null && id !== undefined);
    return this.tasks.findByIds([...new Set(ids)]);
  }

  private async callsOfId({ id, provider, externalCallId }: CallWithFacts): Promise<number[]> {
    if (externalCallId === null) return [];
    const where = { provider, externalCallId, id: Not(id) };
    const found = await this.calls.find({
      select: { id: true },
      where,
      order: { externalIdOccurrence: 'ASC' },
      take: MOST_OTHERS,
    });
    return found.map((call) => call.id);
  }
}

/** Of what was erased, or was never an event, nothing is left to read. */
function isReadable({ outcome, erasedDigest }: WebhookReceipt): boolean {
  return outcome === 'applied' && erasedDigest === null;
}
