import { extensionRule } from '../../common/extension.js';
import { readBusinessPeriod } from '../../common/time/business-hours.js';
import { namespace } from '../namespace.js';

export const telephonyConfig = namespace('telephony', (environment) => ({
  provider: environment.TELEPHONY_PROVIDER,
  /** ISO 3166 alpha-2 codes that may be dialled. */
  dialCountries: environment.TELEPHONY_DIAL_COUNTRIES,
  extensions: extensionRule(environment.TELEPHONY_EXTENSION_PATTERN, environment.TELEPHONY_EXTENSION_ALLOW),
  /** Values of `caller_id`; the first is the default. */
  callerIds: environment.TELEPHONY_CALLER_IDS,
  startLimits: {
    openPerAgent: environment.TELEPHONY_MAX_OPEN_CALLS_PER_AGENT,
    perMinutePerAgent: environment.TELEPHONY_MAX_STARTS_PER_MINUTE_PER_AGENT,
    perHourPerAgent: environment.TELEPHONY_MAX_STARTS_PER_HOUR_PER_AGENT,
    perMinute: environment.TELEPHONY_MAX_STARTS_PER_MINUTE,
  },
  /** Extensions where no person answers. */
  unattended: environment.TELEPHONY_UNATTENDED,
  /** Groups of extensions, such as `600:201|202`. */
  groups: environment.TELEPHONY_GROUPS,
  /** IANA zone of task dates, notes, date filters and the CRM's columns without a time zone. */
  businessTimeZone: environment.BUSINESS_TIME_ZONE,
  /** When the desk works, in that zone; empty: not known. */
  businessHours: environment.BUSINESS_HOURS.flatMap((period) => readBusinessPeriod(period) ?? []),
  /** Whether webhooks may name recordings on this machine: those of the simulator. Never in production. */
  allowsLocalRecordings: environment.NODE_ENV !== 'production',
  /** Who gets the task of a missed customer whom nobody looks after, in order; empty: nobody. */
  taskAssignment: environment.TASK_ASSIGNMENT,
  /** IANA zone in which the former code wrote `telephony_calls`; used only by the migration that converts its rows. */
  legacyTimeZone: environment.LEGACY_TIME_ZONE,
}));
