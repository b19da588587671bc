import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { EntityManager } from 'typeorm';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { bracknetConfig } from '../../../../config/namespaces/bracknet.config.js';
import type { Call } from '../call.entity.js';
import { CallRepository } from '../call.repository.js';
import { isOver } from '../domain/call-vocabulary.js';
import { type StartAnswer, startAnswerOf } from '../domain/start-answer.js';
import { Pbx } from '../pbx.js';
import type { ClickToCall } from './click-to-call.js';
import { StartKeyRepository } from './start-key.repository.js';

/** A second click of an agent on the same number within this time is the same click. */
const SAME_CLICK_SECONDS = 10;

/** How long after an unclear answer of the PBX, or none, the same click is not sent again. */
const UNCLEAR_SECONDS = 60;

/** Time to store the PBX's answer after its timeout. After that no process waits for the answer any more. */
const ANSWER_GRACE_MS = 5_000;

/**
 * What became of a start.
 * waiting: a process waits for the PBX; abandoned: that process has ended, and nothing is known yet; free: it has ended,
 * and the sweeper has closed the call, so that the click may be sent again.
 */
export type StartOutcome =
  | { readonly kind: 'answered'; readonly call: Call; readonly answer: StartAnswer }
  | { readonly kind: 'waiting' | 'abandoned' | 'free' };

/** Tells which call a click is: the one of its `Idempotency-Key`, or of the same click some seconds ago. */
@Injectable()
export class StartClicks {
  constructor(
    private readonly calls: CallRepository,
    private readonly keys: StartKeyRepository,
    private readonly pbx: Pbx,
    @Inject(bracknetConfig.KEY) private readonly bracknet: ConfigType<typeof bracknetConfig>,
  ) {}

  /**
   * Serializes the starts of who asks and of whose call it is, until the transaction ends.
   * @returns the id of the call of this click; null: it is a new click
   * @throws DomainError IDEMPOTENCY_KEY_REUSED, CALL_OUTCOME_UNKNOWN
   */
  async find(manager: EntityManager, click: ClickToCall, now: Date): Promise<number | null> {
    const { agent, userId, key, fingerprint } = click;
    const calls = manager.withRepository(this.calls);
    await calls.lockStarts([agent.userId, userId]);
    const known = key === null ? null : await manager.withRepository(this.keys).findByKey(agent.userId, key);
    if (known !== null && known.fingerprint !== fingerprint) {
      throw new DomainError(
        'IDEMPOTENCY_KEY_REUSED',
        'This Idempotency-Key was used for another call. Use a new key for each new call',
      );
    }
    if (known !== null && (await this.outcomeIn(calls, known.callId)).kind !== 'free') return known.callId;
    const repeated = await this.findRepeated(calls, click, now);
    if (repeated !== null) return repeated.id;
    if (key === null) await this.rejectIfUnclear(calls, click, now);
    return null;
  }

  /** Stores the call of the key of this click. */
  async remember(manager: EntityManager, click: ClickToCall, callId: number): Promise<void> {
    const { agent, key, fingerprint } = click;
    if (key === null) return;
    await manager
      .withRepository(this.keys)
      .save({ agentUserId: agent.userId, idempotencyKey: key, fingerprint, callId });
  }

  outcomeOf(callId: number): Promise<StartOutcome> {
    return this.outcomeIn(this.calls, callId);
  }

  /** Of a start without an answer, an event that named its id of the PBX proves that it was placed. */
  private async outcomeIn(calls: CallRepository, callId: number): Promise<StartOutcome> {
    const found = await calls.findStart(callId, this.bracknet.timeoutMs + ANSWER_GRACE_MS);
    if (found === null) return { kind: 'free' };
    const { call, isAbandoned } = found;
    const answer = startAnswerOf(call);
    if (answer !== null) return { kind: 'answered', call, answer };
    if (!isAbandoned) return { kind: 'waiting' };
    if (call.externalCallId !== null) {
      const placed = {
        bracknet_call_id: call.externalCallId,
        message: 'Call initiated',
        mode: this.pbx.mode,
      };
      return { kind: 'answered', call, answer: placed };
    }
    return { kind: isOver(call.status) ? 'free' : 'abandoned' };
  }

  private async findRepeated(calls: CallRepository, click: ClickToCall, now: Date): Promise<Call | null> {
    const before = (ms: number): Date => new Date(now.getTime() - ms);
    const waitingSince = before(this.bracknet.timeoutMs + UNCLEAR_SECONDS * 1000);
    const { userId, key, number } = click;
    const sameSince = before(SAME_CLICK_SECONDS * 1000);
    const call = await calls.findStarted(userId, number.e164, sameSince, waitingSince);
    // A new key says that the agent has looked, and wants another call: an abandoned start does not hinder it.
    const isInsisted = call !== null && key !== null && (await this.isAbandoned(calls, call.id));
    return isInsisted ? null : call;
  }

  private async isAbandoned(calls: CallRepository, callId: number): Promise<boolean> {
    return (await this.outcomeIn(calls, callId)).kind === 'abandoned';
  }

  private async rejectIfUnclear(calls: CallRepository, click: ClickToCall, now: Date): Promise<void> {
    const since = new Date(now.getTime() - UNCLEAR_SECONDS * 1000);
    const unclear = await calls.findUnanswered(click.userId, click.number.e164, since);
    if (unclear !== null) throw outcomeUnknown(unclear.id);
  }
}

export function outcomeUnknown(callId: number, retryAfterSeconds?: number): DomainError {
  return new DomainError(
    'CALL_OUTCOME_UNKNOWN',
    `The PBX has not answered the start of call ${callId}, so the customer may be ringing now. Look at the phone. To call again within ${UNCLEAR_SECONDS} seconds, send a new Idempotency-Key`,
    undefined,
    { retryAfterSeconds },
  );
}
