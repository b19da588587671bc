import { DateTime } from 'luxon';

/** `YYYY-MM-DD HH:MM:SS` in a time zone: for the CRM's columns without a time zone, and for notes. */
export function wallClock(time: Date, timeZone: string): string {
  return DateTime.fromJSDate(time, { zone: timeZone }).toFormat('yyyy-MM-dd HH:mm:ss');
}

/** Calendar day in a time zone, `YYYY-MM-DD`. */
export function dayOf(time: Date, timeZone: string): string {
  return wallClock(time, timeZone).slice(0, 10);
}
