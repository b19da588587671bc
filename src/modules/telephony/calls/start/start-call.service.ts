import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../../../../common/clock.js';
import { dialable } from '../../../../common/dial-policy.js';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { LARGEST_ID } from '../../../../common/limits.js';
import type { ErrorCode } from '../../../../common/errors/error-code.js';
import { AppConfig } from '../../../../config/app-config.js';
import { SqlSession } from '../../../../database/sql-session.js';
import { inSession, inTransaction } from '../../../../database/transaction.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import { CallTasksService } from '../../../crm/call-tasks/call-tasks.service.js';
import { Pbx, type PbxStartRequest } from '../pbx.js';
import type { StartCallRequest, StartCallResponse } from '../dto/call-control.dto.js';
import { PROVIDER_ERROR } from '../domain/call-effects.js';
import type { Call } from '../call.entity.js';
import { CallStore, keysOfCall } from '../call-store.js';
import { applyFacts, assignExternalId, createStartedCall } from '../domain/apply-event.js';
import { CallRepository } from '../call.repository.js';
import { StartKeyRepository } from './start-key.repository.js';

/** A second click within this time is the same click. */
const SAME_CLICK_SECONDS = 10;

/** How often a click that joined another looks whether that one was answered, and for how long beyond the PBX's time. */
const ANSWER_POLL_MS = 100;
const ANSWER_GRACE_MS = 5_000;

/** What the PBX made of a start; kept with the row, so that the same click gets the same answer anywhere. */
type StartAnswer =
  | { readonly bracknet_call_id: string; readonly message: string; readonly mode: 'live' | 'mock' }
  | { readonly error: { readonly code: ErrorCode; readonly message: string } };

const GIVEN_TWICE: StartAnswer = {
  error: {
    code: 'PBX_UNINTELLIGIBLE',
    message: 'The PBX answered with the id of another call. Look at the call before trying again',
  },
};

interface Click {
  readonly agent: AgentIdentity;
  readonly extension: string;
  readonly number: { readonly e164: string; readonly national: string };
  readonly request: StartCallRequest;
  readonly key: string | null;
  readonly fingerprint: string;
}

/** Click to call: one click, one row, one request to the PBX. */
@Injectable()
export class StartCallService {
  private readonly logger = new Logger(StartCallService.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly calls: CallRepository,
    private readonly keys: StartKeyRepository,
    private readonly callStore: CallStore,
    private readonly tasks: CallTasksService,
    private readonly pbx: Pbx,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param key the client's `Idempotency-Key`, if it sent one
   * @throws DomainError NUMBER_*, EXTENSION_NOT_YOURS, IDEMPOTENCY_KEY_REUSED, PBX_*
   */
  async start(
    agent: AgentIdentity,
    request: StartCallRequest,
    key: string | null,
  ): Promise<StartCallResponse> {
    const click: Click = {
      agent,
      request,
      key,
      extension: extensionOf(agent, request),
      number: dialable(request.customer_number, this.config.telephony.dialCountries),
      fingerprint: createHash('sha256')
        .update(JSON.stringify(Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1))))
        .digest('hex'),
    };
    const { callId, isNew } = await inTransaction(this.dataSource, (manager) => this.open(manager, click));
    if (isNew) await this.place(callId, click);
    return this.answerOf(callId);
  }

  /** The call of this click: its key's, or that of the click that it repeats, or a new one. */
  private async open(manager: EntityManager, click: Click): Promise<{ callId: number; isNew: boolean }> {
    const { agent, key, fingerprint } = click;
    await this.calls.lockStarts(manager, agent.userId);
    const known = key === null ? null : await this.keys.find(manager, agent.userId, key);
    if (known !== null && known.fingerprint !== fingerprint) {
      throw new DomainError(
        'IDEMPOTENCY_KEY_REUSED',
        'This Idempotency-Key was used for another call. Use a new key for each new call',
      );
    }
    if (known !== null) return { callId: known.callId, isNew: false };

    const now = this.clock.now();
    const since = new Date(now.getTime() - SAME_CLICK_SECONDS * 1000);
    const clicked = await this.calls.findStarted(manager, agent.userId, click.number.e164, since);
    const callId = clicked?.id ?? (await this.write(manager, click, now));
    if (key !== null) {
      await this.keys.insert(manager, {
        agentUserId: agent.userId,
        idempotencyKey: key,
        fingerprint,
        callId,
      });
    }
    return { callId, isNew: clicked === null };
  }

  /** The row of a new call, written before the PBX is asked. */
  private async write(manager: EntityManager, click: Click, now: Date): Promise<number> {
    const { agent, extension, number, request } = click;
    const session = await SqlSession.ofManager(manager);
    const customer = { callId: null, externalCallId: null, crmCallId: null, number: number.e164, at: now };
    const unitOfWork = await this.callStore.load(session, [customer]);
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
        seen: { at, source: 'crm' },
        direction: { value: 'outbound', evidence: 'start' },
        customer: { phone: request.customer_number, e164: number.e164, at, evidence: 'start' },
        agent: { extension, at, evidence: 'rang' },
      },
    );
    await this.callStore.assignIds(session, unitOfWork);
    // Echoed in the PBX's events, it ties them to this row even when they overtake the answer to the start.
    call.crmCallId = crmCallIdOf(call.id, request);
    await this.callStore.flush(session, unitOfWork);
    await session.settled();
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

  /** Asks the PBX, once, and writes down what it said. */
  private async place(callId: number, click: Click): Promise<void> {
    const answer = await this.ask(callId, click);
    await inSession(this.dataSource, async (session) => {
      const given = 'error' in answer ? null : answer.bracknet_call_id;
      const unitOfWork = await this.callStore.load(session, [keysOfCall(callId, this.clock.now(), given)]);
      const identified =
        given !== null && assignExternalId(unitOfWork, callId, given, { meta: metaOf(click, answer) });
      if (!identified) {
        const inferredEnd = {
          at: unitOfWork.now.toISOString(),
          basis: 'initiated',
          reason: PROVIDER_ERROR,
        } as const;
        const meta = metaOf(click, given === null ? answer : GIVEN_TWICE);
        applyFacts(unitOfWork, callId, { inferredEnd }, { meta });
      }
      await this.callStore.flush(session, unitOfWork);
    });
  }

  private async ask(callId: number, { agent, extension, number, request }: Click): Promise<StartAnswer> {
    const question: PbxStartRequest = {
      agent_extension: extension,
      agent_id: request.agent_id ?? String(agent.userId),
      customer_number: number.national,
      caller_id: request.caller_id ?? 'TrustCart',
      call_type: request.call_type ?? 'outbound',
      crm_call_id: crmCallIdOf(callId, request),
    };
    try {
      const { bracknetCallId, message } = await this.pbx.start(question);
      return { bracknet_call_id: bracknetCallId, message, mode: this.pbx.mode };
    } catch (error) {
      if (error instanceof DomainError) return { error: { code: error.code, message: error.message } };
      this.logger.error(`Call ${callId} could not be placed`, error);
      return { error: { code: 'INTERNAL', message: 'Internal server error' } };
    }
  }

  /** The answer to the click that this row stands for, waiting for it where another request is still asking. */
  private async answerOf(callId: number): Promise<StartCallResponse> {
    const deadline = this.clock.now().getTime() + this.config.bracknet.timeoutMs + ANSWER_GRACE_MS;
    for (;;) {
      const call = await this.calls.findById(this.dataSource.manager, callId);
      const answer = (call?.meta?.start as { answer?: StartAnswer } | undefined)?.answer;
      if (call !== null && answer !== undefined) return responseOf(call, answer);
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

/** The CRM's id of the call, or one of ours: the PBX has something to echo either way. */
function crmCallIdOf(callId: number, request: StartCallRequest): string {
  return request.crm_call_id ?? `TELEPHONY-${callId}`;
}

function metaOf(click: Click, answer: StartAnswer): Call['meta'] {
  return { start: { request: click.request, answer } };
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

/** The CRM gives the id of a call task as its call id; anything that is not a number is only an id. */
function taskIdOf(crmCallId: string | undefined): number | null {
  if (crmCallId === undefined || !/^[1-9]\d{0,9}$/u.test(crmCallId)) return null;
  const id = Number(crmCallId);
  return id <= LARGEST_ID ? id : null;
}
