import { randomInt } from 'node:crypto';
import type { Server } from 'node:http';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { HttpAdapterHost } from '@nestjs/core';
import { DomainError } from '../../common/errors/domain-error.js';
import { telephonyConfig } from '../../config/namespaces/telephony.config.js';
import { type CallFacts, eventsOf } from '../../simulator/scenario.js';
import { Journal, type PostedWebhook } from '../../simulator/journal.js';
import type { PbxEvent } from '../../simulator/webhooks/events.js';
import type { Signer } from '../../simulator/webhooks/signer.js';
import { WebhookPoster } from '../../simulator/webhooks/webhook-poster.js';
import { CallRepository } from '../telephony/calls/call.repository.js';
import { isOver } from '../telephony/calls/domain/call-vocabulary.js';
import { WebhookVerification } from '../telephony/webhooks/ingress/webhook-verification.js';
import { PLANS, type Scenario, type ScenarioPlan, TALK_SECONDS } from './scenarios.js';
import { ScenarioClock } from './scenario-clock.js';

/** Most scenarios that are played at once by this instance. */
export const MOST_PLAYED = 3;

export const RECORDINGS_PATH = 'telephony/development/recordings';

/** From the end of a call until its recording is ready, in milliseconds. */
const RECORDING_AFTER_MS = 1_000;

/** A scenario that has begun. */
export interface Played {
  /** The PBX's id of the call. */
  readonly callId: string;
  readonly customerNumber: string;
  /** How its first webhook was answered. */
  readonly first: PostedWebhook;
}

/** Plays calls of customers: posts their webhooks to this service over HTTP, signed as the PBX has to sign them. */
@Injectable()
export class ScenarioPlayer implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ScenarioPlayer.name);
  private readonly stop = new AbortController();
  private readonly playing = new Set<Promise<void>>();

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly verification: WebhookVerification,
    private readonly calls: CallRepository,
    private readonly clock: ScenarioClock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** How many scenarios are played now. */
  get count(): number {
    return this.playing.size;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await Promise.all(this.playing);
  }

  /**
   * Begins a call, and goes on with it by itself.
   * @param extension where it rings
   * @throws DomainError TOO_MANY_REQUESTS, SHUTTING_DOWN
   */
  async play(scenario: Scenario, extension: string): Promise<Played> {
    if (this.stop.signal.aborted) throw new DomainError('SHUTTING_DOWN', 'The service is stopping');
    if (this.playing.size >= MOST_PLAYED) {
      throw new DomainError(
        'TOO_MANY_REQUESTS',
        `${MOST_PLAYED} scenarios are being played: wait until one has ended`,
      );
    }
    const poster = new WebhookPoster(
      this.ownUrl(),
      // A journal of its own, which is forgotten with the scenario.
      new Journal(() => undefined),
      this.stop.signal,
      this.signer(),
    );
    // The contract's times are whole seconds: none may be before the ring.
    const beginning = Math.floor(Date.now() / 1000) * 1000;
    const [plan, ...later] = PLANS[scenario];
    const call = this.callOf(plan, extension, beginning);
    const first = poster.post(firstOf(call), plan.oneShot);
    const goOn = async (): Promise<void> => {
      if ((await first).status !== 200) return;
      const others = later.map(async (other) => {
        const next = this.callOf(other, extension, beginning);
        await this.goOn(next, eventsOf(next), (event) => poster.post(event, other.oneShot));
      });
      const own = this.goOn(call, eventsOf(call).slice(1), (event) => poster.post(event, plan.oneShot));
      await Promise.all([own, ...others]);
    };
    this.keep(goOn(), scenario);
    return { callId: call.id, customerNumber: call.customerNumber, first: await first };
  }

  private keep(work: Promise<unknown>, scenario: Scenario): void {
    const played: Promise<void> = work
      .then(
        () => undefined,
        (error: unknown) => this.logger.error(`The scenario ${scenario} broke off`, error),
      )
      .finally(() => this.playing.delete(played));
    this.playing.add(played);
  }

  /** Each event at its time, until the call was ended here: then the simulated PBX has nothing more to report. */
  private async goOn(
    call: CallFacts,
    events: readonly PbxEvent[],
    post: (event: PbxEvent) => Promise<PostedWebhook>,
  ): Promise<void> {
    const { signal } = this.stop;
    let at = call.startedAt.getTime();
    for (const event of events) {
      at = 'timestamp' in event ? Date.parse(event.timestamp) : at + RECORDING_AFTER_MS;
      await this.clock.waitUntil(at, signal).catch(() => undefined);
      if (signal.aborted) return;
      if (event.event !== 'call_recording_ready' && (await this.wasEndedHere(call.id))) return;
      await post(event);
    }
  }

  private async wasEndedHere(externalCallId: string): Promise<boolean> {
    const call = await this.calls.findOneBy({ provider: this.config.provider, externalCallId });
    return call !== null && isOver(call.status);
  }

  private callOf(plan: ScenarioPlan, extension: string, beginning: number): CallFacts {
    const { life, customerNumber, oneShot, afterSeconds } = plan;
    return {
      id: `BN-DEMO-${randomInt(10 ** 11, 10 ** 12)}`,
      scenario: life,
      customerNumber,
      extension,
      startedAt: new Date(beginning + afterSeconds * 1000),
      recordingsUrl: `${this.ownUrl()}/api/${RECORDINGS_PATH}`,
      settings: { talkSeconds: TALK_SECONDS, transferTo: extension === '202' ? '201' : '202', oneShot },
    };
  }

  private ownUrl(): string {
    return urlOf(this.adapterHost.httpAdapter.getHttpServer() as Server);
  }

  /** With the newest secret, as the PBX has to; none where none is configured. */
  private signer(): Signer {
    return (rawBody) => {
      const id = `evt_${randomInt(10 ** 11, 10 ** 12)}`;
      return this.verification.sign(id, Math.floor(Date.now() / 1000), Buffer.from(rawBody)) ?? {};
    };
  }
}

function firstOf(call: CallFacts): PbxEvent {
  const [first] = eventsOf(call);
  if (first === undefined) throw new Error(`A call of the kind ${call.scenario} has no events`);
  return first;
}

/** @throws Error when the server does not listen on TCP */
function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The service does not listen on TCP');
  const isAny = address.address === '0.0.0.0' || address.address === '::';
  const host = address.family === 'IPv6' && !isAny ? `[${address.address}]` : address.address;
  return `http://${isAny ? '127.0.0.1' : host}:${address.port}`;
}
