import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { ModuleRef } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { Logger as Pino } from 'pino';
import { httpConfig } from '../../../../config/namespaces/http.config.js';
import { webhooksConfig } from '../../../../config/namespaces/webhooks.config.js';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { type ErrorCode, HTTP_STATUS_OF } from '../../../../common/errors/error-code.js';
import { errorResponseOf } from '../../../../common/errors/error-response.js';
import { WEBHOOK_BODY_LIMIT } from '../../../../common/limits.js';
import { logRequest } from '../../../../common/logging/request-line.js';
import { runInRequestContext } from '../../../../common/http/request-context.js';
import { requestIdOf } from '../../../../common/http/request-id.js';
import { SourceAddress } from '../../../../common/http/source-address.js';
import { AddressLimit } from './address-limit.js';
import { sendError, sendFailure, sendRejection, sendResult, sendTooMany } from './webhook-responses.js';
import { type Fault, RejectionLog } from './rejection-log.js';
import { WebhookCounters } from './webhook-counters.js';
import type { SignatureClaim, SignatureRejection, SignatureVerdict } from './webhook-signature.js';
import type { Delivery } from '../inbox/webhook-delivery.js';
import { WEBHOOK_ROUTE, type WebhookHandler, type WebhookRouteConfig } from './webhook-route.decorator.js';
import { WebhookVerification } from './webhook-verification.js';

/** JSON, or a form with the same fields. The only allowed charset is UTF-8, as in RFC 8259, section 8.1. */
const MEDIA_TYPE = /^application\/(?:json|x-www-form-urlencoded)\s*(;\s*charset="?utf-?8"?\s*)?$/i;

/** Messages of the rejections that say why: they tell a forger nothing of the signature. */
const TEXTS = {
  METHOD_NOT_ALLOWED: 'Webhooks are posted: use POST',
  UNSUPPORTED_MEDIA_TYPE:
    'Send the body as Content-Type: application/json or application/x-www-form-urlencoded, in UTF-8 and without a Content-Encoding',
  PAYLOAD_TOO_LARGE: 'The body is larger than 64 KiB',
} as const satisfies Partial<Record<ErrorCode, string>>;

/** A webhook request that is being verified. */
interface IngressRequest {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** In the response and in the log. */
  readonly requestId: string;
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
 * and no SQL, and the lines of the log are limited. An accepted request is passed directly to the method of its controller.
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
   * @param requestLog gets one line per webhook that is dispatched to its handler, and the rejections
   */
  register(fastify: FastifyInstance, requestLog: Pino): void {
    if (requestLog.isLevelEnabled('info')) this.requestLog = requestLog;
    this.rejections.writeTo(requestLog);
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
    return (...webhook) => (instance[method] as WebhookHandler).apply(instance, webhook);
  }

  /** Handles every HTTP request of the server first. @param enter handles requests that are not webhooks */
  handle(message: IncomingMessage, response: ServerResponse, enter: RequestListener): void {
    const { headers } = message;
    const webhook = this.endpoints.get(pathOf(message.url ?? ''));
    if (webhook === undefined) return enter(message, response);
    const requestId = requestIdOf(message);
    const request = { message, response, requestId, sourceAddress: this.sourceAddress.of(message), webhook };
    if (message.method !== 'POST') {
      return this.reject(request, { reason: 'method_not_allowed', header: null }, 'METHOD_NOT_ALLOWED', [
        'Allow',
        'POST',
      ]);
    }
    if (Number(headers['content-length']) > WEBHOOK_BODY_LIMIT) return this.rejectLargeBody(request);
    const unreadable = unreadableHeaderOf(headers);
    if (unreadable !== null) {
      return this.reject(request, { reason: 'media_type', header: unreadable }, 'UNSUPPORTED_MEDIA_TYPE');
    }
    if (!this.verification.allowlist.admits(request.sourceAddress)) {
      this.countRejection({ reason: 'address_not_allowed', header: null }, request, 403);
      return sendRejection(request, 403);
    }
    const claim = this.verification.readClaim(headers);
    if (claim?.ok === false && this.verification.mode === 'enforce') {
      return this.rejectSignature(claim, request);
    }
    this.readBody(request, claim);
  }

  private readBody(request: IngressRequest, claim: SignatureClaim | SignatureRejection | null): void {
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

  private verify(
    request: IngressRequest,
    claim: SignatureClaim | SignatureRejection | null,
    body: Buffer,
  ): void {
    const { sourceAddress } = request;
    const verdict = claim?.ok === true ? this.verification.verify(claim, body) : claim;
    if (verdict?.ok === false) {
      if (this.verification.mode === 'enforce') return this.rejectSignature(verdict, request);
      this.counters.wouldBeRejected(verdict.reason);
      this.rejections.wouldBeRejected(verdict, request);
    }
    const signed = verdict?.ok === true ? verdict : null;
    if (signed !== null) {
      this.counters.keyUsed(signed.keyId);
      this.counters.skew(signed.skewSeconds);
    }
    const waitSeconds = this.events.take(sourceAddress);
    if (waitSeconds > 0) {
      const fault = {
        reason: 'too_many_events',
        header: null,
        ...(signed && { keyId: signed.keyId }),
      } as const;
      this.countRejection(fault, request, 429);
      return sendTooMany(
        request,
        waitSeconds,
        'Too many events from this address. Send this one again later',
      );
    }
    const { route } = request.webhook;
    const { signedId = null, keyId = null } = signed ?? {};
    void this.dispatch(request, { route, body, sourceAddress, signedId, keyId }, verdict);
  }

  private async dispatch(
    request: IngressRequest,
    delivery: Delivery,
    verdict: SignatureVerdict | null,
  ): Promise<void> {
    const { response, requestId, webhook } = request;
    const since = performance.now();
    let code: ErrorCode | undefined;
    try {
      sendResult(request, await webhook.handler(delivery, verdict));
    } catch (error) {
      const failure = runInRequestContext({ requestId, address: delivery.sourceAddress }, () =>
        errorResponseOf(error, requestId, this.logger),
      );
      code = failure.body.code;
      sendFailure(request, failure);
    }
    if (this.requestLog === null) return;
    logRequest(this.requestLog, {
      requestId,
      address: delivery.sourceAddress,
      method: 'POST',
      route: webhook.path,
      status: response.statusCode,
      ...(code !== undefined && { code }),
      durationMs: performance.now() - since,
    });
  }

  /** Only failed requests are rate limited here, so valid ones from the same address are not affected. */
  private rejectSignature(fault: SignatureRejection, request: IngressRequest): void {
    const waitSeconds = this.failures.take(request.sourceAddress);
    this.countRejection(fault, request, waitSeconds === 0 ? 401 : 429);
    if (waitSeconds === 0) return sendRejection(request, 401);
    sendTooMany(request, waitSeconds, 'Too many webhooks from this address were refused. Wait with the next');
  }

  private rejectLargeBody(request: IngressRequest): void {
    const isDeclared = request.message.headers['content-length'] !== undefined;
    const fault = { reason: 'body_too_large', header: isDeclared ? 'content-length' : null } as const;
    this.reject(request, fault, 'PAYLOAD_TOO_LARGE', ['Connection', 'close']);
  }

  private reject(
    request: IngressRequest,
    fault: Fault,
    code: keyof typeof TEXTS,
    more: readonly string[] = [],
  ): void {
    this.countRejection(fault, request, HTTP_STATUS_OF[code]);
    sendError(request, code, TEXTS[code], more);
  }

  private countRejection(fault: Fault, request: IngressRequest, status: number): void {
    this.counters.rejected(fault.reason);
    this.rejections.rejected(fault, request, status);
  }
}

/** The header by which the body cannot be read; null: it can. */
function unreadableHeaderOf(headers: IncomingHttpHeaders): string | null {
  if (headers['content-encoding'] !== undefined) return 'content-encoding';
  const type = headers['content-type'];
  const isReadable = type !== undefined && (type === 'application/json' || MEDIA_TYPE.test(type));
  return isReadable ? null : 'content-type';
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
