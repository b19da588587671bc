import { type BusinessPeriod, businessHoursSince } from '../../../common/time/business-hours.js';

/** When silence of the PBX is a fault. */
export interface SilenceRules {
  /** Empty: silence without calls is no fault. */
  readonly businessHours: readonly BusinessPeriod[];
  readonly timeZone: string;
  /** Of business hours without a webhook. */
  readonly minutes: number;
  /** So many placed calls without a webhook are a fault … */
  readonly calls: number;
  /** … so long after the first of them. */
  readonly callMinutes: number;
}

/** Calls that the PBX has accepted since the last webhook. */
export interface UnheardCalls {
  readonly count: number;
  /** null: there is none. */
  readonly firstAt: Date | null;
}

export interface SilenceInputs {
  readonly now: Date;
  /** When this process started. */
  readonly startedAt: Date;
  /** When the last accepted webhook came, to any instance; null: none was found. */
  readonly lastWebhookAt: Date | null;
  /** If none was found: since when none has come for certain; null: in the last 30 days. */
  readonly noWebhookSince: Date | null;
  readonly unheard: UnheardCalls;
  /** By reason, those that this instance has refused since it last accepted one. */
  readonly refused: ReadonlyMap<string, number>;
}

const ADVICE =
  "check the PBX's webhook settings and secret, the address that it posts to, and the firewall and proxy between";

/** What is wrong, for a person; null: the PBX is heard, or need not be. */
export function problemOfSilence(inputs: SilenceInputs, rules: SilenceRules): string | null {
  const silence = silentCalls(inputs, rules) ?? silentHours(inputs, rules);
  return silence === null ? null : `${silence}; ${refusalsIn(inputs.refused)}${ADVICE}`;
}

function silentCalls({ now, unheard }: SilenceInputs, { calls, callMinutes }: SilenceRules): string | null {
  const { count, firstAt } = unheard;
  if (firstAt === null || count < calls || minutesBetween(firstAt, now) < callMinutes) return null;
  return `${count} calls were placed since ${firstAt.toISOString()}, and no webhook has been accepted since then`;
}

function silentHours(inputs: SilenceInputs, rules: SilenceRules): string | null {
  const { now, startedAt, lastWebhookAt, noWebhookSince } = inputs;
  const opened = businessHoursSince(rules.businessHours, now, rules.timeZone);
  if (opened === null) return null;
  const since = Math.max(Number(opened), Number(lastWebhookAt ?? noWebhookSince ?? startedAt));
  const minutes = Math.floor(minutesBetween(new Date(since), now));
  if (minutes < rules.minutes) return null;
  return `no webhook has been accepted for ${minutes} min of business hours, ${lastIn(inputs)}`;
}

function lastIn({ lastWebhookAt, noWebhookSince }: SilenceInputs): string {
  if (lastWebhookAt !== null) return `the last was at ${lastWebhookAt.toISOString()}`;
  if (noWebhookSince !== null) return `only refused ones since ${noWebhookSince.toISOString()}`;
  return 'none has come in the last 30 days';
}

function refusalsIn(refused: ReadonlyMap<string, number>): string {
  const byCount = [...refused].sort(([, a], [, b]) => b - a);
  if (byCount.length === 0) return '';
  const total = byCount.reduce((sum, [, count]) => sum + count, 0);
  const reasons = byCount.map(([reason, count]) => `${reason} ${count}`).join(', ');
  return `${total} refused here since then (${reasons}): docs/webhooks.md says what each means; `;
}

function minutesBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 60_000;
}
