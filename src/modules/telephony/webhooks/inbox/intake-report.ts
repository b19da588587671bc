import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../../../common/time/clock.js';
import { isNotableSkew } from '../../../../common/time/clock-skew.js';
import { maskNumbersIn } from '../../../../common/phone-number.js';
import { WebhookMetrics } from '../../../metrics/webhook-metrics.js';
import { fieldNamed } from '../../bracknet/bracknet-event.js';
import { clockSkewOf, type ReadDelivery } from './webhook-delivery.js';

const WARNING_INTERVAL_MS = 3_600_000;

/** Most different names of unknown events that are logged and counted by name. */
const MAX_NAMES = 30;
const OTHER_NAME = 'other';
/** As many as a SIP code has; a name with more may contain a phone number. */
const MAX_DIGITS = 3;

/** Tells the operator what of the PBX's events could not be used, by metrics and a few lines in the log. */
@Injectable()
export class IntakeReport {
  private readonly logger = new Logger(IntakeReport.name);
  private readonly unknownNames = new Set<string>();
  private skewWarnedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly metrics: WebhookMetrics,
    private readonly clock: Clock,
  ) {}

  /** @param delivery a new one, not a repetition */
  add({ read, receipt }: ReadDelivery): void {
    if (read.kind === 'unknown-event') return this.addUnknown(read.name);
    if (read.kind !== 'event') return;
    for (const name of receipt.ignoredFields ?? []) this.metrics.fieldIgnored(fieldNamed(name));
    const skew = clockSkewOf(read.event);
    if (skew === null) return;
    this.metrics.eventSkew(skew);
    if (isNotableSkew(skew)) this.warnOfSkew(skew);
  }

  /** The first event of each name is logged, and the first one beyond the limit. */
  private addUnknown(written: string): void {
    const name = labelOf(written);
    const shown = this.unknownNames.has(name) || this.unknownNames.size < MAX_NAMES ? name : OTHER_NAME;
    this.metrics.unknownEvent(shown);
    if (this.unknownNames.has(shown)) return;
    this.unknownNames.add(shown);
    this.logger.warn(
      `The PBX posts events that nobody here knows: "${maskNumbersIn(written)}". They are kept and ignored. ` +
        'If they matter, have the PBX post them under a name of the contract',
    );
  }

  private warnOfSkew(seconds: number): void {
    const now = this.clock.now().getTime();
    if (now - this.skewWarnedAt < WARNING_INTERVAL_MS) return;
    this.skewWarnedAt = now;
    const distance = `${Math.abs(Math.round(seconds))} s`;
    this.logger.warn(
      seconds > 0
        ? `The PBX reported an event ${distance} in the future: it counts as happening when it was received. Check the clock and the time zone of the PBX`
        : `The PBX reported an event ${distance} after it happened. Unless it was sent again after an outage, check the clock and the time zone of the PBX`,
    );
  }
}

/** One spelling for `coffee.ready` and `CoffeeReady`. Names with many digits share one label. */
function labelOf(written: string): string {
  const name = written
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])/gu, '_')
    .replaceAll(/[^A-Za-z\d]+/gu, '_')
    .toLowerCase();
  const digits = name.replaceAll(/\D/gu, '').length;
  return digits > MAX_DIGITS ? OTHER_NAME : name;
}
