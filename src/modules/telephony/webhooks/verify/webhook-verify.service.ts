import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { ErrorDetail } from '../../../../common/errors/domain-error.js';
import { HTTP_STATUS_OF } from '../../../../common/errors/error-code.js';
import { maskNumbersIn } from '../../../../common/phone-number.js';
import { Clock } from '../../../../common/time/clock.js';
import { isFromFuture, isNotableSkew } from '../../../../common/time/clock-skew.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { type VerifyResult, WebhookMetrics } from '../../../metrics/webhook-metrics.js';
import type { ReadPayload } from '../../bracknet/bracknet-event.js';
import type { CallEvent, ReportedNumber } from '../../calls/domain/call-event.js';
import { clockSkewOf, type Delivery, readDelivery } from '../inbox/webhook-delivery.js';
import { parseBody } from '../inbox/webhook-body.js';
import type { SignatureVerdict } from '../ingress/webhook-signature.js';
import { WebhookVerification } from '../ingress/webhook-verification.js';
import { pathOf, routeOf } from '../webhook-address.js';
import type {
  VerifiedCallerDto,
  VerifiedErrorDto,
  VerifiedEventDto,
  VerifiedSignatureDto,
  WebhookVerifyAnswer,
} from './webhook-verify.dto.js';

const RESULT_OF = {
  event: 'accepted',
  'unknown-event': 'ignored',
  refused: 'refused',
} as const satisfies Record<ReadPayload['kind'], VerifyResult>;

/** Explains to a sender what is understood of a webhook. Stores nothing and uses no SQL: the id stays unused. */
@Injectable()
export class WebhookVerifyService {
  constructor(
    private readonly verification: WebhookVerification,
    private readonly metrics: WebhookMetrics,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** @param verdict see `WebhookHandler` */
  verify(delivery: Delivery, verdict: SignatureVerdict | null): WebhookVerifyAnswer {
    const { provider, businessTimeZone: timeZone, allowsLocalRecordings } = this.config;
    const body = parseBody(delivery.body);
    const route = routeOf(body.ok ? body.value : null);
    const { read } = readDelivery(
      { ...delivery, route },
      { provider, receivedAt: this.clock.now(), timeZone, allowsLocalRecordings },
    );
    const result = RESULT_OF[read.kind];
    this.metrics.verified(result);
    return {
      status: 'ok',
      accepted: result !== 'refused',
      result,
      address: pathOf(route),
      signature: this.describeSignature(verdict),
      event: describeEvent(read, timeZone),
      ignoredFields: read.kind === 'event' ? [...read.ignoredFields] : [],
      problems: problemsOf(read),
      error: errorOf(read),
    };
  }

  private describeSignature(verdict: SignatureVerdict | null): VerifiedSignatureDto {
    const { mode, profile } = this.verification.describe();
    const none = { mode, profile, keyId: null, ageSeconds: null, reason: null, header: null };
    if (verdict === null) return { ...none, result: 'not_checked' };
    const ageSeconds = verdict.skewSeconds === undefined ? null : 0 - verdict.skewSeconds;
    if (verdict.ok) return { ...none, result: 'valid', keyId: verdict.keyId, ageSeconds };
    const { reason, header } = verdict;
    return { ...none, result: 'would_be_refused', ageSeconds, reason, header };
  }
}

function describeEvent(read: ReadPayload, timeZone: string): VerifiedEventDto | null {
  if (read.kind === 'refused') return null;
  if (read.kind === 'unknown-event') return { ...NOTHING_READ, name: read.name };
  const { event, name } = read;
  const {
    type,
    externalCallId: callId,
    crmCallId,
    extension,
    durationSeconds,
    endReason,
    disposition,
  } = event;
  const { recordingUrl, recordingDurationSeconds, queueName, trunkName, waitSeconds, holdSeconds } = event;
  return {
    type,
    name,
    callId,
    crmCallId,
    time: {
      reportedAt: event.reportedAt?.toISOString() ?? null,
      occurredAt: event.occurredAt.toISOString(),
      source: event.timeSource,
      timeZone,
    },
    caller: describeCaller(event.customer),
    extension,
    durationSeconds,
    endReason,
    disposition,
    recordingUrl,
    recordingDurationSeconds,
    queueName,
    trunkName,
    waitSeconds,
    holdSeconds,
  };
}

const NOTHING_READ: Omit<VerifiedEventDto, 'name'> = {
  type: null,
  callId: null,
  crmCallId: null,
  time: null,
  caller: null,
  extension: null,
  durationSeconds: null,
  endReason: null,
  disposition: null,
  recordingUrl: null,
  recordingDurationSeconds: null,
  queueName: null,
  trunkName: null,
  waitSeconds: null,
  holdSeconds: null,
};

/** Of a number the first three and the last three digits: enough to see which country and which number it was read as. */
function describeCaller(customer: ReportedNumber | null): VerifiedCallerDto | null {
  if (customer === null) return null;
  const { e164, raw } = customer;
  if (e164 === null) return { number: maskNumbersIn(raw), isPhoneNumber: false };
  return { number: e164.replaceAll(/(?<=^\+\d{3,})\d(?=\d{3})/gu, '*'), isPhoneNumber: true };
}

function problemsOf(read: ReadPayload): ErrorDetail[] {
  if (read.kind === 'unknown-event') {
    const problem = 'names an event that nobody here knows: it is kept and ignored';
    return [{ field: 'event', problem }];
  }
  return read.kind === 'event' ? [...read.problems, ...problemsOfTime(read.event)] : [];
}

function problemsOfTime(event: CallEvent): ErrorDetail[] {
  const skew = clockSkewOf(event);
  if (event.reportedAt === null || skew === null || !isNotableSkew(skew)) return [];
  const seconds = Math.abs(Math.round(skew));
  const problem = isFromFuture(event.reportedAt, event.receivedAt)
    ? `is ${seconds} s in the future: the time of receipt is used instead. Check the clock and the time zone`
    : `is ${seconds} s in the past: unless the event is sent again after an outage, check the clock and the time zone`;
  return [{ field: 'timestamp', problem }];
}

function errorOf(read: ReadPayload): VerifiedErrorDto | null {
  if (read.kind !== 'refused') return null;
  const { code, message, details } = read;
  return { statusCode: HTTP_STATUS_OF[code], code, message, details };
}
