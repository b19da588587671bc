import { computed } from '@preact/signals';
import { telephony } from '../live/telephony.js';
import { type Language, language } from './language.js';

/** Of the business, as the service says. */
const timeZone = computed(() => telephony.value.service?.timeZone ?? 'Asia/Dhaka');
const LOCALES: Record<Language, string> = { en: 'en-GB', bn: 'bn-BD' };

/** Made once for each language and time zone: making one takes longer than formatting. */
function inLanguage<Format>(make: (locale: string, zone: string) => Format): () => Format {
  const made = computed(() => make(LOCALES[language.value], timeZone.value));
  return () => made.value;
}

const numbers = inLanguage((locale) => new Intl.NumberFormat(locale));
const money = inLanguage(
  (locale) =>
    new Intl.NumberFormat(locale, {
      style: 'currency',
      currency: 'BDT',
      currencyDisplay: 'narrowSymbol',
      maximumFractionDigits: 0,
    }),
);
// h23: in 12 hours Bangla would say PM in Latin letters.
const times = inLanguage(
  (locale, zone) =>
    new Intl.DateTimeFormat(locale, {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZone: zone,
    }),
);
const days = inLanguage(
  (locale, zone) => new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: zone }),
);
const daysOfYears = inLanguage(
  (locale, zone) =>
    new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: zone }),
);
const years = inLanguage(
  (locale, zone) => new Intl.DateTimeFormat(locale, { year: 'numeric', timeZone: zone }),
);
// A calendar day is of no time zone: its midnight in UTC is formatted in UTC.
const calendarDays = inLanguage(
  (locale) => new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }),
);
const calendarDaysOfYears = inLanguage(
  (locale) =>
    new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }),
);
const weekdays = inLanguage(
  (locale) => new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }),
);
const moments = inLanguage(
  (locale, zone) =>
    new Intl.DateTimeFormat(locale, {
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZone: zone,
    }),
);
const momentsOfYears = inLanguage(
  (locale, zone) =>
    new Intl.DateTimeFormat(locale, {
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZone: zone,
    }),
);
const percents = inLanguage(
  (locale) => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }),
);
const oneDigit = inLanguage((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }));
/** `YYYY-MM-DD`, as the service writes days. */
const isoDays = computed(() => new Intl.DateTimeFormat('en-CA', { timeZone: timeZone.value }));
const timesOfDay = inLanguage(
  (locale, zone) =>
    new Intl.DateTimeFormat(locale, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZone: zone,
    }),
);
const plurals = inLanguage((locale) => new Intl.PluralRules(locale));
const twoDigits = inLanguage((locale) => new Intl.NumberFormat(locale, { minimumIntegerDigits: 2 }));

export function formatNumber(value: number): string {
  return numbers().format(value);
}

/** A number with at most one digit behind the point. */
export function formatAverage(value: number): string {
  return oneDigit().format(value);
}

/** @param ratio 0 to 1 */
export function formatPercent(ratio: number): string {
  return percents().format(ratio);
}

/** The day of the business as the service writes it, `YYYY-MM-DD`. @param at milliseconds */
export function dayOf(at: number): string {
  return isoDays.value.format(at);
}

/** In taka. */
export function formatMoney(value: number): string {
  return money().format(value);
}

/** The time of day. @param at ISO 8601, or milliseconds */
export function formatTime(at: string | number): string {
  return times().format(new Date(at));
}

/** The time of day with its seconds. @param at ISO 8601, or milliseconds */
export function formatTimeOfDay(at: string | number): string {
  return timesOfDay().format(new Date(at));
}

/** The time when it was today, else the day too, and the year when it was another. @param at ISO 8601, or milliseconds */
export function formatWhen(at: string | number, now: number): string {
  const date = new Date(at);
  const time = times().format(date);
  if (years().format(date) !== years().format(now)) return `${daysOfYears().format(date)}, ${time}`;
  const day = days().format(date);
  return day === days().format(now) ? time : `${day}, ${time}`;
}

/** The day with its year. @param at ISO 8601, or milliseconds */
export function formatDayOf(at: string | number): string {
  return daysOfYears().format(new Date(at));
}

/** @param weekday 1 Monday to 7 Sunday */
export function weekdayName(weekday: number): string {
  // 1 January 2024 was a Monday.
  return weekdays().format(new Date(Date.UTC(2024, 0, weekday)));
}

/** The day and the time with its seconds. @param at ISO 8601, or milliseconds */
export function formatMoment(at: string | number): string {
  return moments().format(new Date(at));
}

/** The day with its year, and the time with its seconds. @param at ISO 8601, or milliseconds */
export function formatFullMoment(at: string | number): string {
  return momentsOfYears().format(new Date(at));
}

/** A calendar day without the time and the year. @param day `YYYY-MM-DD` */
export function formatDay(day: string): string {
  return calendarDays().format(new Date(`${day}T00:00:00Z`));
}

/** A calendar day with its year. @param day `YYYY-MM-DD` */
export function formatFullDay(day: string): string {
  return calendarDaysOfYears().format(new Date(`${day}T00:00:00Z`));
}

/** Minutes and seconds, such as 1:05. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${numbers().format(Math.floor(whole / 60))}:${twoDigits().format(whole % 60)}`;
}

export interface Plural {
  readonly one: string;
  readonly other: string;
}

/** @param words with `#` where the number is to stand */
export function formatCount(count: number, words: Plural): string {
  const word = plurals().select(count) === 'one' ? words.one : words.other;
  return word.replace('#', formatNumber(count));
}
