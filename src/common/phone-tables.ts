import { createRequire } from 'node:module';

type PhoneTables = typeof import('libphonenumber-js/max');

/**
 * By `require`, as class-validator loads the same package. Imported as ES modules, its code and its tables would be in memory
 * a second time: 5 MiB.
 */
const tables = createRequire(import.meta.url)('libphonenumber-js/max') as PhoneTables;

export const { isSupportedCountry, parsePhoneNumberFromString } = tables;
