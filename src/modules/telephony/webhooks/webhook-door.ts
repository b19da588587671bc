import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { plainAddress } from '../../../common/cidr.js';
import { Clock } from '../../../common/clock.js';
import { answerError } from '../../../common/errors/framework-errors.js';
import { WEBHOOK_BODY_LIMIT } from '../../../common/limits.js';
import { RAW_BODY, rawBodyOf } from '../../../common/raw-body.js';
import { AppConfig } from '../../../config/app-config.js';
import { AddressLimit } from './address-limit.js';
import { RefusalLog } from './refusal-log.js';
import { type RefusalReason, WebhookCounts } from './webhook-counts.js';
import type { Delivery } from './webhook-intake.js';
import type { SignatureClaim, SignatureFault } from './webhook-signature.js';
import { WebhookTrust } from './webhook-trust.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent it and what the headers claim, before the body is there; null on other routes. */
    arrival: { readonly sourceAddress: string; readonly claim: SignatureClaim | null } | null;
    /** What came through the door; null until then. */
    delivery: Omit<Delivery, 'route'> | null;
  }
}

/** One body for every refusal, byte for byte: it tells a forger nothing of what was wrong. */
const REFUSED = Buffer.from('{"code":"WEBHOOK_REFUSED","message":"This webhook was not accepted"}');

/** JSON has one character encoding (RFC 8259, section 8.1); to say so is allowed. */
const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-?8"?\s*)?$/i;

const PLAIN_JSON_WANTED =
  'Send the body as Content-Type: application/json, in UTF-8 and without a Content-Encoding';

const TOO_MANY_FAILURES = 'Too many webhooks from this address were refused. Wait before you send the next';
const TOO_MANY_EVENTS = 'Too many events from this address. Send this one again in a moment';

type Done = (error?: Error) => void;

/**
 * What a webhook has to pass before anything reads its body, cheap to dear: method, size and type, address, form of the
 * headers, time, signature over the raw bytes, rate. All of it runs in Fastify's hooks, so that a refused request costs
 * no parser, no handler, no SQL and no line of the log.
 */
@Injectable()
export class WebhookDoor {
  private readonly paths = new Set<string>();
  private readonly failures: AddressLimit;
  private readonly events: AddressLimit;

  constructor(
    private readonly trust: WebhookTrust,
    private readonly counts: WebhookCounts,
    private readonly log: RefusalLog,
    private readonly clock: Clock,
    { webhooks }: AppConfig,
  ) {
    this.failures = new AddressLimit(webhooks.failuresPerMinute, 60);
    this.events = new AddressLimit(webhooks.eventsPerSecond, 1);
  }

  /** Stands before every route that takes raw bodies. To be called before there are routes. */
  guard(fastify: FastifyInstance): void {
    fastify.decorateRequest('arrival', null);
    fastify.decorateRequest('delivery', null);
    fastify.addHook('onRequest', this.refuseOtherMethods.bind(this));
    fastify.addHook('onRoute', (route) => {
      if (route.config?.[RAW_BODY] !== true) return;
      this.paths.add(route.url);
      route.bodyLimit = WEBHOOK_BODY_LIMIT;
      route.onRequest = this.readHeaders.bind(this);
      route.preValidation = this.verifyBody.bind(this);
      route.errorHandler = this.answerUnreadBody.bind(this);
    });
  }

  private refuseOtherMethods(request: FastifyRequest, reply: FastifyReply, done: Done): void {
    if (!request.is404 || !this.paths.has(pathOf(request.url))) return done();
    this.note('method_not_allowed', request, sourceAddressOf(request));
    void reply.header('Allow', 'POST');
    closeIfEndless(request, reply);
    answerError(request, reply, 'METHOD_NOT_ALLOWED', 'Webhooks are posted: use POST');
  }

  private readHeaders(request: FastifyRequest, reply: FastifyReply, done: Done): void {
    const { headers } = request;
    const sourceAddress = sourceAddressOf(request);
    if (Number(headers['content-length']) > WEBHOOK_BODY_LIMIT) {
      return this.refuseLargeBody(request, reply, sourceAddress);
    }
    if (!isPlainJson(headers)) {
      this.note('media_type', request, sourceAddress);
      closeIfEndless(request, reply);
      return answerError(request, reply, 'UNSUPPORTED_MEDIA_TYPE', PLAIN_JSON_WANTED);
    }
    if (!this.trust.allowlist.admits(sourceAddress)) {
      this.note('address_not_allowed', request, sourceAddress);
      return refuse(request, reply, 403);
    }
    const { mode, signature } = this.trust;
    const claim = mode === 'off' || signature === null ? null : signature.claimOf(headers, this.nowSeconds());
    if (claim?.ok === false) {
      if (mode === 'enforce') return void this.refuseSignature(claim.reason, request, reply, sourceAddress);
      this.noteUnenforced(claim.reason, sourceAddress);
    }
    request.arrival = { sourceAddress, claim: claim?.ok === true ? claim : null };
    done();
  }

  private async verifyBody(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { arrival } = request;
    if (arrival === null) throw new Error('A webhook came past the door');
    const { sourceAddress, claim } = arrival;
    const { mode, signature } = this.trust;
    const body = rawBodyOf(request);
    const verdict = claim === null || signature === null ? null : signature.verify(claim, body);
    if (verdict?.ok === false) {
      if (mode === 'enforce') return this.refuseSignature(verdict.reason, request, reply, sourceAddress);
      this.noteUnenforced(verdict.reason, sourceAddress);
    }
    const signed = verdict?.ok === true ? verdict : null;
    if (signed !== null) {
      this.counts.keyUsed(signed.keyId);
      this.counts.skew(signed.skewSeconds);
    }
    const waitSeconds = await this.events.take(sourceAddress);
    if (waitSeconds > 0) {
      this.note('too_many_events', request, sourceAddress);
      return tooMany(request, reply, waitSeconds, TOO_MANY_EVENTS);
    }
    request.delivery = {
      body,
      sourceAddress,
      signedId: signed?.signedId ?? null,
      keyId: signed?.keyId ?? null,
    };
  }

  /** The parser could not get the bytes together. */
  private answerUnreadBody(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
    if (error.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') throw error;
    this.refuseLargeBody(request, reply, request.arrival?.sourceAddress ?? sourceAddressOf(request));
  }

  private refuseLargeBody(request: FastifyRequest, reply: FastifyReply, sourceAddress: string): void {
    this.note('body_too_large', request, sourceAddress);
    void reply.header('Connection', 'close');
    answerError(request, reply, 'PAYLOAD_TOO_LARGE', 'The body is larger than 64 KiB');
  }

  /** Nobody is kept out for what others at the same address did: what is well signed never comes here. */
  private async refuseSignature(
    reason: SignatureFault,
    request: FastifyRequest,
    reply: FastifyReply,
    sourceAddress: string,
  ): Promise<void> {
    this.note(reason, request, sourceAddress);
    const waitSeconds = await this.failures.take(sourceAddress);
    if (waitSeconds === 0) refuse(request, reply, 401);
    else tooMany(request, reply, waitSeconds, TOO_MANY_FAILURES);
  }

  private note(reason: RefusalReason, request: FastifyRequest, sourceAddress: string): void {
    request.summedUp = true;
    this.counts.refused(reason);
    this.log.refused(reason, sourceAddress);
  }

  private noteUnenforced(reason: SignatureFault, sourceAddress: string): void {
    this.counts.wouldBeRefused(reason);
    this.log.wouldBeRefused(reason, sourceAddress);
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now().getTime() / 1000);
  }
}

function refuse(request: FastifyRequest, reply: FastifyReply, status: 401 | 403): void {
  closeIfEndless(request, reply);
  void reply.code(status).header('Content-Type', 'application/json; charset=utf-8').send(REFUSED);
}

function tooMany(request: FastifyRequest, reply: FastifyReply, waitSeconds: number, message: string): void {
  closeIfEndless(request, reply);
  void reply.header('Retry-After', waitSeconds);
  answerError(request, reply, 'TOO_MANY_REQUESTS', message);
}

/** A body of unknown length that nobody will read any more is not waited for. */
function closeIfEndless(request: FastifyRequest, reply: FastifyReply): void {
  if (request.headers['transfer-encoding'] !== undefined) void reply.header('Connection', 'close');
}

function isPlainJson(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type'];
  if (headers['content-encoding'] !== undefined || type === undefined) return false;
  return type === 'application/json' || JSON_TYPE.test(type);
}

/**
 * Who sent it, by the listed proxies' word where there are any. A proxy that forwards what is no address is taken for
 * the sender itself.
 */
function sourceAddressOf(request: FastifyRequest): string {
  const { ip } = request;
  return plainAddress(isIP(ip) === 0 ? (request.socket.remoteAddress ?? '') : ip);
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
