import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { Logger as Pino } from 'pino';
import { Clock } from '../../../common/clock.js';
import { DomainError } from '../../../common/errors/domain-error.js';
import { answerOf } from '../../../common/errors/error-answer.js';
import { WEBHOOK_BODY_LIMIT } from '../../../common/limits.js';
import { logRequest } from '../../../common/logging/request-line.js';
import { runInRequestContext } from '../../../common/request-context.js';
import { requestIdOf } from '../../../common/request-id.js';
import { SourceAddress } from '../../../common/source-address.js';
import { AppConfig } from '../../../config/app-config.js';
import { AddressLimit } from './address-limit.js';
import { answer, answerError, answerFailure, refuse } from './webhook-answers.js';
import { RefusalLog } from './refusal-log.js';
import { type RefusalReason, WebhookCounts } from './webhook-counts.js';
import type { SignatureClaim, SignatureFault } from './webhook-signature.js';
import type { Delivery } from './webhook-delivery.js';
import { WEBHOOK_ROUTE, type WebhookHandler, type WebhookRouteConfig } from './webhook-route.decorator.js';
import { WebhookTrust } from './webhook-trust.js';

/** JSON has one character encoding (RFC 8259, section 8.1); to say so is allowed. */
const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-?8"?\s*)?$/i;

/** One request at the door. */
interface Visit {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly sourceAddress: string;
  readonly webhook: Webhook;
}

/** What may be posted at one address, and who takes it. */
interface Webhook {
  readonly path: string;
  readonly route: Delivery['route'];
  readonly take: WebhookHandler;
}

/**
 * What a webhook has to pass, cheap to dear: method, size and type, address, form of the headers, time, signature over
 * the raw bytes, rate. A refused one costs no route, no parser, no SQL and no line of the log; one that passes goes
 * straight to the method of the controller that is its own.
 */
@Injectable()
export class WebhookDoor {
  private readonly logger = new Logger(WebhookDoor.name);
  private readonly webhooks = new Map<string, Webhook>();
  private requestLog: Pino | null = null;
  private readonly sourceAddress: SourceAddress;
  private readonly failures: AddressLimit;
  private readonly events: AddressLimit;

  constructor(
    private readonly trust: WebhookTrust,
    private readonly counts: WebhookCounts,
    private readonly log: RefusalLog,
    private readonly clock: Clock,
    private readonly modules: ModuleRef,
    { http, webhooks }: AppConfig,
  ) {
    this.sourceAddress = new SourceAddress(http.trustedProxies);
    this.failures = new AddressLimit(webhooks.failuresPerMinute, 60);
    this.events = new AddressLimit(webhooks.eventsPerSecond, 1);
  }

  /**
   * Learns the addresses of the webhooks, and closes every other way to them. To be called before there are routes.
   * @param requestLog gets a line for each webhook that is let in
   */
  guard(fastify: FastifyInstance, requestLog: Pino): void {
    if (requestLog.isLevelEnabled('info')) this.requestLog = requestLog;
    fastify.addHook('onRoute', (route) => {
      const config = route.config?.[WEBHOOK_ROUTE];
      if (config === undefined) return;
      this.webhooks.set(route.url, {
        path: route.url,
        route: config.route,
        take: this.handlerOf(config),
      });
      // The router knows more spellings of an address than one.
      route.onRequest = (_request, _reply, done) =>
        done(new DomainError('ROUTE_NOT_FOUND', 'Post webhooks to their address as it is documented'));
    });
  }

  private handlerOf({ controller, method }: WebhookRouteConfig): WebhookHandler {
    const instance = this.modules.get(controller, { strict: false });
    return (delivery) => (instance[method] as WebhookHandler).call(instance, delivery);
  }

  /** Every request comes here first. What is no webhook goes on as it is. */
  meet(message: IncomingMessage, response: ServerResponse, enter: RequestListener): void {
    const { headers } = message;
    const webhook = this.webhooks.get(pathOf(message.url ?? ''));
    if (webhook === undefined) return enter(message, response);
    const visit = { message, response, sourceAddress: this.sourceAddress.of(message), webhook };
    if (message.method !== 'POST') {
      this.count('method_not_allowed', visit);
      return answerError(message, response, 'METHOD_NOT_ALLOWED', 'Webhooks are posted: use POST', [
        'Allow',
        'POST',
      ]);
    }
    if (Number(headers['content-length']) > WEBHOOK_BODY_LIMIT) return this.refuseLargeBody(visit);
    if (!isPlainJson(headers)) {
      this.count('media_type', visit);
      return answerError(
        message,
        response,
        'UNSUPPORTED_MEDIA_TYPE',
        'Send the body as Content-Type: application/json, in UTF-8 and without a Content-Encoding',
      );
    }
    if (!this.trust.allowlist.admits(visit.sourceAddress)) {
      this.count('address_not_allowed', visit);
      return refuse(message, response, 403);
    }
    const claim = this.claimOf(headers);
    if (claim?.ok !== false) return this.readBody(visit, claim);
    if (this.trust.mode === 'enforce') return this.refuseSignature(claim.reason, visit);
    this.countUnenforced(claim.reason, visit);
    this.readBody(visit, null);
  }

  /** null: nobody looks. */
  private claimOf(headers: IncomingHttpHeaders): ReturnType<WebhookTrust['claimOf']> {
    return this.trust.claimOf(headers, Math.floor(this.clock.now().getTime() / 1000));
  }

  private readBody(visit: Visit, claim: SignatureClaim | null): void {
    const { message } = visit;
    const parts: Buffer[] = [];
    let length = 0;
    const onData = (part: Buffer): void => {
      length += part.length;
      if (length <= WEBHOOK_BODY_LIMIT) {
        parts.push(part);
        return;
      }
      // What is still on its way is read and forgotten, so that the sender comes to read the answer.
      message.off('data', onData).off('end', onEnd).resume();
      this.refuseLargeBody(visit);
    };
    const onEnd = (): void => this.judge(visit, claim, Buffer.concat(parts, length));
    message.on('data', onData).on('end', onEnd);
    // Whoever breaks off is not there to be answered.
    message.on('error', () => undefined);
  }

  private judge(visit: Visit, claim: SignatureClaim | null, body: Buffer): void {
    const { sourceAddress } = visit;
    const verdict = claim === null ? null : this.trust.verify(claim, body);
    if (verdict?.ok === false) {
      if (this.trust.mode === 'enforce') return this.refuseSignature(verdict.reason, visit);
      this.countUnenforced(verdict.reason, visit);
    }
    const signed = verdict?.ok === true ? verdict : null;
    if (signed !== null) {
      this.counts.keyUsed(signed.keyId);
      this.counts.skew(signed.skewSeconds);
    }
    const waitSeconds = this.events.take(sourceAddress);
    if (waitSeconds > 0) {
      this.count('too_many_events', visit);
      return tooMany(visit, waitSeconds, 'Too many events from this address. Send this one again later');
    }
    void this.hand(visit, {
      route: visit.webhook.route,
      body,
      sourceAddress,
      signedId: signed?.signedId ?? null,
      keyId: signed?.keyId ?? null,
    });
  }

  private async hand(visit: Visit, delivery: Delivery): Promise<void> {
    const { message, response, webhook } = visit;
    const since = performance.now();
    const requestId = requestIdOf(message);
    try {
      answer(message, response, requestId, await webhook.take(delivery));
    } catch (error) {
      const failure = runInRequestContext({ requestId }, () => answerOf(error, requestId, this.logger));
      answerFailure(message, response, failure);
    }
    if (this.requestLog === null) return;
    logRequest(this.requestLog, {
      requestId,
      method: 'POST',
      route: webhook.path,
      status: response.statusCode,
      durationMs: performance.now() - since,
    });
  }

  /** Nobody is kept out for what others at the same address did: what is well signed never comes here. */
  private refuseSignature(reason: SignatureFault, visit: Visit): void {
    this.count(reason, visit);
    const waitSeconds = this.failures.take(visit.sourceAddress);
    if (waitSeconds === 0) return refuse(visit.message, visit.response, 401);
    tooMany(visit, waitSeconds, 'Too many webhooks from this address were refused. Wait with the next');
  }

  private refuseLargeBody(visit: Visit): void {
    this.count('body_too_large', visit);
    answerError(visit.message, visit.response, 'PAYLOAD_TOO_LARGE', 'The body is larger than 64 KiB', [
      'Connection',
      'close',
    ]);
  }

  private count(reason: RefusalReason, { sourceAddress }: Visit): void {
    this.counts.refused(reason);
    this.log.refused(reason, sourceAddress);
  }

  private countUnenforced(reason: SignatureFault, { sourceAddress }: Visit): void {
    this.counts.wouldBeRefused(reason);
    this.log.wouldBeRefused(reason, sourceAddress);
  }
}

function tooMany({ message, response }: Visit, waitSeconds: number, words: string): void {
  answerError(message, response, 'TOO_MANY_REQUESTS', words, ['Retry-After', String(waitSeconds)]);
}

function isPlainJson(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type'];
  if (headers['content-encoding'] !== undefined || type === undefined) return false;
  return type === 'application/json' || JSON_TYPE.test(type);
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
