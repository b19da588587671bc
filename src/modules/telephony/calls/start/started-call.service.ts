import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { inTransaction } from '../../../../database/transaction.js';
import { AuditService } from '../../../audit/audit.service.js';
import { CallTasksService } from '../../../crm/call-tasks/call-tasks.service.js';
import type { Call } from '../call.entity.js';
import { CallStore, keysOfCall } from '../call-store.js';
import { applyFacts, assignExternalId, createStartedCall } from '../domain/apply-event.js';
import { PROVIDER_ERROR } from '../domain/effects/call-effects.js';
import type { StartAnswer } from '../domain/start-answer.js';
import { type ClickToCall, crmCallIdOf, idIn } from './click-to-call.js';
import { StartClicks } from './start-clicks.service.js';
import { StartLimits } from './start-limits.service.js';

/** The call of a click. */
export interface ClickedCall {
  readonly callId: number;
  /** The entry in the audit of a new call; null: the click repeats another. */
  readonly auditId: string | null;
}

/** The rows of started calls: one per click, written before the request to the PBX and after its answer. */
@Injectable()
export class StartedCallService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clicks: StartClicks,
    private readonly limits: StartLimits,
    private readonly callStore: CallStore,
    private readonly tasks: CallTasksService,
    private readonly audit: AuditService,
  ) {}

  /**
   * The call of this click, or a new one.
   * @throws DomainError IDEMPOTENCY_KEY_REUSED, CALL_OUTCOME_UNKNOWN, CALL_LIMIT_REACHED
   */
  findOrCreate(click: ClickToCall, now: Date): Promise<ClickedCall> {
    return inTransaction(this.dataSource, async (manager) => {
      const { agent } = click;
      const known = await this.clicks.find(manager, click, now);
      if (known === null) await this.limits.check(manager, agent, now);
      const callId = known ?? (await this.create(manager, click, now));
      await this.clicks.remember(manager, click, callId);
      const act = { agent, action: 'call.start', subject: `call:${callId}` } as const;
      return { callId, auditId: known === null ? await this.audit.record(manager, act) : null };
    });
  }

  /** Stores the PBX's answer. A call without a PBX id of its own ends as failed. */
  async recordAnswer(
    { callId, auditId }: ClickedCall,
    click: ClickToCall,
    answer: StartAnswer,
    now: Date,
  ): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      const externalCallId = 'error' in answer ? null : answer.bracknet_call_id;
      const keys = keysOfCall(callId, now, externalCallId);
      const unitOfWork = await this.callStore.load(manager, [keys]);
      const meta = metaOf(click, answer);
      if (externalCallId === null) {
        const at = unitOfWork.now.toISOString();
        const inferredEnd = { at, basis: 'initiated', reason: PROVIDER_ERROR } as const;
        applyFacts(unitOfWork, callId, { inferredEnd }, { meta });
      } else assignExternalId(unitOfWork, callId, externalCallId, { meta });
      await this.callStore.flush(manager, unitOfWork);
      if ('error' in answer && auditId !== null) await this.audit.fail(manager, auditId, answer.error.code);
    });
  }

  private async create(manager: EntityManager, click: ClickToCall, now: Date): Promise<number> {
    const { agent, userId, extension, number, request } = click;
    const keys = { callId: null, externalCallId: null, crmCallId: null, number: number.e164, at: now };
    const unitOfWork = await this.callStore.load(manager, [keys]);
    const task = await this.linkTask(manager, click);
    const at = now.toISOString();
    const call = createStartedCall(
      unitOfWork,
      {
        externalCallId: null,
        crmCallId: request.crm_call_id ?? null,
        customerId: null,
        taskId: task?.id ?? null,
        effects: task?.started === true ? { taskStarted: { at, taskId: task.id } } : {},
        meta: { start: { request } },
      },
      {
        agentUserId: userId,
        origin: {
          kind: 'start',
          at,
          direction: 'outbound',
          phone: request.customer_number,
          e164: number.e164,
          extension,
          ...(agent.userId !== userId && { startedBy: agent.userId }),
        },
      },
    );
    await this.callStore.assignIds(manager, unitOfWork);
    // The PBX echoes this id in its events, so they find this row even if they arrive before the answer to the start.
    call.crmCallId = crmCallIdOf(call.id, request);
    await this.callStore.flush(manager, unitOfWork);
    return call.id;
  }

  private async linkTask(
    manager: EntityManager,
    { userId, request, number }: ClickToCall,
  ): Promise<{ id: number; started: boolean } | null> {
    // The CRM may send the id of a call task as `crm_call_id`.
    const id = idIn(request.crm_call_id);
    if (id === null) return null;
    const { linked, started } = await this.tasks.link(manager, id, {
      e164: number.e164,
      agentUserId: userId,
    });
    return linked ? { id, started } : null;
  }
}

function metaOf(click: ClickToCall, answer: StartAnswer): Call['meta'] {
  return { start: { request: click.request, answer } };
}
