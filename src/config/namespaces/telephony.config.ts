import { namespace } from '../namespace.js';

export const telephonyConfig = namespace('telephony', (environment) => ({
  provider: environment.TELEPHONY_PROVIDER,
  /** ISO 3166 alpha-2 codes that may be dialled. */
  dialCountries: environment.TELEPHONY_DIAL_COUNTRIES,
  /** IANA zone of task dates, notes, date filters and the CRM's zone-less columns. */
  businessTimeZone: environment.BUSINESS_TIME_ZONE,
  /** IANA zone in which the former code wrote `telephony_calls`; used by the adoption migration alone. */
  legacyTimeZone: environment.LEGACY_TIME_ZONE,
}));
