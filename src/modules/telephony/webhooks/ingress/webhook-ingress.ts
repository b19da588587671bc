import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { ModuleRef } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { Logger as Pino } from 'pino';
import { httpConfig } from '../../../../config/namespaces/http.config.js';
import { webhooksConfig } from '../../../../config/namespaces/webhooks.config.js';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { errorResponseOf } from '../../../../common/errors/error-response.js';
import { WEBHOOK_BODY_LIMIT } from '../../../../common/limits.js';
import { logRequest } from '../../../../common/logging/request-line.js';
import { runInRequestContext } from '../../../../common/http/request-context.js';
import { requestIdOf } from '../../../../common/http/request-id.js';
import { SourceAddress } from '../../../../common/http/source-address.js';
import { AddressLimit } from './address-limit.js';
import { sendResult, sendError, sendFailure, sendRejection } from './webhook-responses.js';
import { RejectionLog } from './rejection-log.js';
import { type RejectionReason, WebhookCounters } from './webhook-counters.js';
import type { SignatureClaim, SignatureFault } from './webhook-signature.js';
import type { Delivery } from '../inbox/webhook-delivery.js';
import { WEBHOOK_ROUTE, type WebhookHandler, type WebhookRouteConfig } from './webhook-route.decorator.js';
import { WebhookVerification } from './webhook-verification.js';

/** JSON, or a form with the same fields. The only allowed charset is UTF-8, as in RFC 8259, section 8.1. */
const MEDIA_TYPE = /^application\/(?:json|x-www-form-urlencoded)\s*(;\s*charset="?utf-?8"?\s*)?$/i;

/** A webhook request that is being verified. */
interface IngressRequest {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly sourceAddress: string;
  readonly webhook: WebhookEndpoint;
}

/** A webhook path, its route name and its handler. */
interface WebhookEndpoint {
  readonly path: string;
  readonly route: Delivery['route'];
  readonly handler: WebhookHandler;
}

/**
 * Verifies webhook requests before the framework sees them, cheapest check first: method, size, content type, source
 * address, signature headers, timestamp, signature over the raw body, rate. A rejection costs no routing, no body parsing,
 * no SQL and no log line of its own. An accepted request is passed directly to the method of its controller.
 */
@Injectable()
export class WebhookIngress {
  private readonly logger = new Logger(WebhookIngress.name);
  private readonly endpoints = new Map<string, WebhookEndpoint>();
  private requestLog: Pino | null = null;
  private readonly sourceAddress: SourceAddress;
  private readonly failures: AddressLimit;
  private readonly events: AddressLimit;

  constructor(
    private readonly verification: WebhookVerification,
    private readonly counters: WebhookCounters,
    private readonly rejections: RejectionLog,
    private readonly modules: ModuleRef,
    @Inject(httpConfig.KEY) http: ConfigType<typeof httpConfig>,
    @Inject(webhooksConfig.KEY) webhooks: ConfigType<typeof webhooksConfig>,
  ) {
    this.sourceAddress = new SourceAddress(http.trustedProxies);
    this.failures = new AddressLimit(webhooks.failuresPerMinute, 60);
    this.events = new AddressLimit(webhooks.eventsPerSecond, 1);
  }

  /**
   * Collects the webhook routes, and blocks requests that reach them through the router. Call it before routes are added.
   * @param requestLog gets one line per webhook that is dispatched to its handler
   */
  register(fastify: FastifyInstance, requestLog: Pino): void {
    if (requestLog.isLevelEnabled('info')) this.requestLog = requestLog;
    fastify.addHook('onRoute', (route) => {
      const config = route.config?.[WEBHOOK_ROUTE];
      if (config === undefined) return;
      this.endpoints.set(route.url, {
        path: route.url,
        route: config.route,
        handler: this.handlerOf(config),
      });
      // The router matches other spellings of the path too, such as percent-encoded ones: they bypass the verification.
      route.onRequest = (_request, _reply, done) =>
        done(new DomainError('ROUTE_NOT_FOUND', 'Post webhooks to their address as it is documented'));
    });
  }

  private handlerOf({ controller, method }: WebhookRouteConfig): WebhookHandler {
    const instance = this.modules.get(controller, { strict: false });
    return (delivery) => (instance[method] as WebhookHandler).call(instance, delivery);
  }

  /** Handles every HTTP request of the server first. @param enter handles requests that are not webhooks */
  handle(message: IncomingMessage, response: ServerResponse, enter: RequestListener): void {
    const { headers } = message;
    const webhook = this.endpoints.get(pathOf(message.url ?? ''));
    if (webhook === undefined) return enter(message, response);
    const request = { message, response, sourceAddress: this.sourceAddress.of(message), webhook };
    if (message.method !== 'POST') {
      this.countRejection('method_not_allowed', request);
      return sendError(message, response, 'METHOD_NOT_ALLOWED', 'Webhooks are posted: use POST', [
        'Allow',
        'POST',
      ]);
    }
    if (Number(headers['content-length']) > WEBHOOK_BODY_LIMIT) return this.rejectLargeBody(request);
    if (!isReadable(headers)) {
      this.countRejection('media_type', request);
      return sendError(
        message,
        response,
        'UNSUPPORTED_MEDIA_TYPE',
        'Send the body as Content-Type: application/json or application/x-www-form-urlencoded, in UTF-8 and without a Content-Encoding',
      );
    }
    if (!this.verification.allowlist.admits(request.sourceAddress)) {
      this.countRejection('address_not_allowed', request);
      return sendRejection(message, response, 403);
    }
    const claim = this.verification.readClaim(headers);
    if (claim?.ok !== false) return this.readBody(request, claim);
    if (this.verification.mode === 'enforce') return this.rejectSignature(claim.reason, request);
    this.countUnenforced(claim.reason, request);
    this.readBody(request, null);
  }

  private readBody(request: IngressRequest, claim: SignatureClaim | null): void {
    const { message } = request;
    const parts: Buffer[] = [];
    let length = 0;
    const onData = (part: Buffer): void => {
      length += part.length;
      if (length <= WEBHOOK_BODY_LIMIT) {
        parts.push(part);
        return;
      }
      // The rest of the body is read and discarded, so that the client can finish sending and read the response.
      message.off('data', onData).off('end', onEnd).resume();
      this.rejectLargeBody(request);
    };
    const onEnd = (): void => this.verify(request, claim, Buffer.concat(parts, length));
    message.on('data', onData).on('end', onEnd);
    // The client is gone; nothing to answer.
    message.on('error', () => undefined);
  }

  private verify(request: IngressRequest, claim: SignatureClaim | null, body: Buffer): void {
    const { sourceAddress } = request;
    const result = claim === null ? null : this.verification.verify(claim, body);
    if (result?.ok === false) {
      if (this.verification.mode === 'enforce') return this.rejectSignature(result.reason, request);
      this.countUnenforced(result.reason, request);
    }
    const signed = result?.ok === true ? result : null;
    if (signed !== null) {
      this.counters.keyUsed(signed.keyId);
      this.counters.skew(signed.skewSeconds);
    }
    const waitSeconds = this.events.take(sourceAddress);
    if (waitSeconds > 0) {
      this.countRejection('too_many_events', request);
      return tooMany(request, waitSeconds, 'Too many events from this address. Send this one again later');
    }
    void this.dispatch(request, {
      route: request.webhook.route,
      body,
      sourceAddress,
      signedId: signed?.signedId ?? null,
      keyId: signed?.keyId ?? null,
    });
  }

  private async dispatch(request: IngressRequest, delivery: Delivery): Promise<void> {
    const { message, response, webhook } = request;
    const since = performance.now();
    const requestId = requestIdOf(message);
    try {
      sendResult(message, response, requestId, await webhook.handler(delivery));
    } catch (error) {
      const failure = runInRequestContext({ requestId, address: delivery.sourceAddress }, () =>
        errorResponseOf(error, requestId, this.logger),
      );
      sendFailure(message, response, failure);
    }
    if (this.requestLog === null) return;
    logRequest(this.requestLog, {
      requestId,
      address: delivery.sourceAddress,
      method: 'POST',
      route: webhook.path,
      status: response.statusCode,
      durationMs: performance.now() - since,
    });
  }

  /** Only failed requests are rate limited here, so valid ones from the same address are not affected. */
  private rejectSignature(reason: SignatureFault, request: IngressRequest): void {
    this.countRejection(reason, request);
    const waitSeconds = this.failures.take(request.sourceAddress);
    if (waitSeconds === 0) return sendRejection(request.message, request.response, 401);
    tooMany(request, waitSeconds, 'Too many webhooks from this address were refused. Wait with the next');
  }

  private rejectLargeBody(request: IngressRequest): void {
    this.countRejection('body_too_large', request);
    sendError(request.message, request.response, 'PAYLOAD_TOO_LARGE', 'The body is larger than 64 KiB', [
      'Connection',
      'close',
    ]);
  }

  private countRejection(reason: RejectionReason, { sourceAddress }: IngressRequest): void {
    this.counters.rejected(reason);
    this.rejections.rejected(reason, sourceAddress);
  }

  private countUnenforced(reason: SignatureFault, { sourceAddress }: IngressRequest): void {
    this.counters.wouldBeRejected(reason);
    this.rejections.wouldBeRejected(reason, sourceAddress);
  }
}

function tooMany({ message, response }: IngressRequest, waitSeconds: number, text: string): void {
  sendError(message, response, 'TOO_MANY_REQUESTS', text, ['Retry-After', String(waitSeconds)]);
}

function isReadable(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type'];
  if (headers['content-encoding'] !== undefined || type === undefined) return false;
  return type === 'application/json' || MEDIA_TYPE.test(type);
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
