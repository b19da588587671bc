import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { bracknetConfig } from '../../../../config/namespaces/bracknet.config.js';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../../../../common/time/clock.js';
import { DomainError } from '../../../../common/errors/domain-error.js';
import type { ErrorCode } from '../../../../common/errors/error-code.js';
import { LARGEST_ID } from '../../../../common/limits.js';
import { inTransaction } from '../../../../database/transaction.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import { CallTasksService } from '../../../crm/call-tasks/call-tasks.service.js';
import type { Call } from '../call.entity.js';
import { CallRepository } from '../call.repository.js';
import { CallStore, keysOfCall } from '../call-store.js';
import { applyFacts, assignExternalId, createStartedCall } from '../domain/apply-event.js';
import { PROVIDER_ERROR } from '../domain/effects/call-effects.js';
import type { StartCallRequest } from '../dto/call-control.dto.js';
import { StartKeyRepository } from './start-key.repository.js';

/** A second click of an agent on the same number within this time is the same click. */
const SAME_CLICK_SECONDS = 10;

/** How long after an unclear answer of the PBX the same click is not sent again. */
const UNCLEAR_SECONDS = 60;

/** The PBX's answer to a start. Stored with the call, so that a repeated click gets the same response on any instance. */
export type StartAnswer =
  | { readonly bracknet_call_id: string; readonly message: string; readonly mode: 'live' | 'mock' }
  | { readonly error: { readonly code: ErrorCode; readonly message: string } };

/** A validated request of an agent to call a number. */
export interface ClickToCall {
  readonly agent: AgentIdentity;
  readonly extension: string;
  readonly number: { readonly e164: string; readonly national: string };
  readonly request: StartCallRequest;
  /** The client's `Idempotency-Key`; null: it sent none. */
  readonly key: string | null;
  /** SHA-256 of the request, hex. */
  readonly fingerprint: string;
}

/** The rows of started calls: one per click, written before the request to the PBX and after its answer. */
@Injectable()
export class StartedCallService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly calls: CallRepository,
    private readonly keys: StartKeyRepository,
    private readonly callStore: CallStore,
    private readonly tasks: CallTasksService,
    private readonly clock: Clock,
    @Inject(bracknetConfig.KEY) private readonly bracknet: ConfigType<typeof bracknetConfig>,
  ) {}

  /**
   * The call of this click: the one of its `Idempotency-Key`, or of the same click some seconds ago, or a new one.
   * @throws DomainError IDEMPOTENCY_KEY_REUSED, CALL_OUTCOME_UNKNOWN
   */
  findOrCreate(click: ClickToCall): Promise<{ callId: number; isNew: boolean }> {
    return inTransaction(this.dataSource, async (manager) => {
      const calls = manager.withRepository(this.calls);
      const keys = manager.withRepository(this.keys);
      const { agent, key, fingerprint } = click;
      await calls.lockStarts(agent.userId);
      const known = key === null ? null : await keys.findByKey(agent.userId, key);
      if (known !== null && known.fingerprint !== fingerprint) {
        throw new DomainError(
          'IDEMPOTENCY_KEY_REUSED',
          'This Idempotency-Key was used for another call. Use a new key for each new call',
        );
      }
      if (known !== null) return { callId: known.callId, isNew: false };

      const now = this.clock.now();
      const repeated = await this.findRepeated(calls, click, now);
      // A new key says that the agent has looked, and wants another call.
      if (repeated === null && key === null) await this.rejectIfUnclear(calls, click, now);
      const callId = repeated?.id ?? (await this.create(manager, click, now));
      if (key !== null) {
        await keys.insert({ agentUserId: agent.userId, idempotencyKey: key, fingerprint, callId });
      }
      return { callId, isNew: repeated === null };
    });
  }

  /** Stores the PBX's answer. A call without a PBX id of its own ends as failed. */
  async recordAnswer(callId: number, click: ClickToCall, answer: StartAnswer): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      const externalCallId = 'error' in answer ? null : answer.bracknet_call_id;
      const keys = keysOfCall(callId, this.clock.now(), externalCallId);
      const unitOfWork = await this.callStore.load(manager, [keys]);
      const meta = metaOf(click, answer);
      if (externalCallId === null) {
        const at = unitOfWork.now.toISOString();
        const inferredEnd = { at, basis: 'initiated', reason: PROVIDER_ERROR } as const;
        applyFacts(unitOfWork, callId, { inferredEnd }, { meta });
      } else assignExternalId(unitOfWork, callId, externalCallId, { meta });
      await this.callStore.flush(manager, unitOfWork);
    });
  }

  /** The call and the PBX's answer to its start; null while there is no answer. */
  async findAnswered(callId: number): Promise<{ call: Call; answer: StartAnswer } | null> {
    const call = await this.calls.findOneBy({ id: callId });
    const answer = (call?.meta?.start as { answer?: StartAnswer } | undefined)?.answer;
    return call === null || answer === undefined ? null : { call, answer };
  }

  private findRepeated(calls: CallRepository, click: ClickToCall, now: Date): Promise<Call | null> {
    const since = new Date(now.getTime() - SAME_CLICK_SECONDS * 1000);
    const waitingSince = new Date(now.getTime() - this.bracknet.timeoutMs - SAME_CLICK_SECONDS * 1000);
    return calls.findStarted(click.agent.userId, click.number.e164, since, waitingSince);
  }

  private async rejectIfUnclear(calls: CallRepository, click: ClickToCall, now: Date): Promise<void> {
    const since = new Date(now.getTime() - UNCLEAR_SECONDS * 1000);
    const unclear = await calls.findUnanswered(click.agent.userId, click.number.e164, since);
    if (unclear === null) return;
    throw new DomainError(
      'CALL_OUTCOME_UNKNOWN',
      `The PBX has not answered the start of call ${unclear.id}, so the customer may be ringing now. Look at the phone. To call again within ${UNCLEAR_SECONDS} seconds, send a new Idempotency-Key`,
    );
  }

  private async create(manager: EntityManager, click: ClickToCall, now: Date): Promise<number> {
    const { agent, extension, number, request } = click;
    const keys = { callId: null, externalCallId: null, crmCallId: null, number: number.e164, at: now };
    const unitOfWork = await this.callStore.load(manager, [keys]);
    const task = await this.linkTask(manager, request.crm_call_id);
    const at = now.toISOString();
    const call = createStartedCall(
      unitOfWork,
      {
        externalCallId: null,
        crmCallId: request.crm_call_id ?? null,
        customerId: null,
        agentUserId: agent.userId,
        taskId: task?.id ?? null,
        effects: task?.started === true ? { taskStarted: { at, taskId: task.id } } : {},
        meta: { start: { request } },
      },
      {
        origin: {
          kind: 'start',
          at,
          direction: 'outbound',
          phone: request.customer_number,
          e164: number.e164,
          extension,
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
    crmCallId: string | undefined,
  ): Promise<{ id: number; started: boolean } | null> {
    const id = taskIdOf(crmCallId);
    if (id === null) return null;
    const { linked, started } = await this.tasks.link(manager, id);
    return linked ? { id, started } : null;
  }
}

/** The CRM's id of the call, or a generated one, so that the PBX always has an id to echo. */
export function crmCallIdOf(callId: number, request: StartCallRequest): string {
  return request.crm_call_id ?? `TELEPHONY-${callId}`;
}

function metaOf(click: ClickToCall, answer: StartAnswer): Call['meta'] {
  return { start: { request: click.request, answer } };
}

/** The CRM may send the id of a call task as `crm_call_id`. null: it is not the id of a task. */
function taskIdOf(crmCallId: string | undefined): number | null {
  if (crmCallId === undefined || !/^[1-9]\d{0,9}$/u.test(crmCallId)) return null;
  const id = Number(crmCallId);
  return id <= LARGEST_ID ? id : null;
}
