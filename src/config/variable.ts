import { Transform, Type } from 'class-transformer';
import { IsInt, IsTimeZone, Matches, Max, Min, ValidateBy, type ValidationOptions } from 'class-validator';
import { isSupportedCountry } from '../common/phone-tables.js';
import { EXTENSION_TEXT, extensionRule } from '../common/extension.js';
import { readAddressBlock } from '../common/cidr.js';
import { readHostRule } from '../common/host-rule.js';
import { readBusinessPeriod } from '../common/time/business-hours.js';
import { readWebhookSecret } from './credentials/webhook-secret.js';

/** An environment variable, as described in `.env.example` and in error messages. */
export interface EnvironmentVariable {
  name: string;
  /** Its purpose, in one line. */
  about: string;
  /** Completes "<name> must be …". */
  expects: string;
  /** The default as written in `.env`; '' when there is none. */
  default: string;
}

/** Filled by `@Variable`, in the order of declaration. */
export const variableDescriptions = new Map<string, Pick<EnvironmentVariable, 'about' | 'expects'>>();

export function Variable(about: string, expects: string): PropertyDecorator {
  return (_target, name) => {
    variableDescriptions.set(String(name), { about, expects });
  };
}

export function CommaSeparated(clean: (item: string) => string = (item) => item): PropertyDecorator {
  return Transform(({ value }: { value: string }) => value.split(',').map((item) => clean(item.trim())));
}

export function IsUrlOf(...protocols: string[]): PropertyDecorator {
  return ValidateBy({
    name: 'isUrlOf',
    validator: {
      validate: (value: string) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
    },
  });
}

export function IsBaseUrl(): PropertyDecorator {
  const validate = (value: string): boolean => {
    if (!/^https?:\/\//u.test(value) || !URL.canParse(value)) return false;
    const { username, password, search, hash } = new URL(value);
    return username + password + search + hash === '';
  };
  return ValidateBy({ name: 'isBaseUrl', validator: { validate } });
}

export function IsHostRule(options: ValidationOptions): PropertyDecorator {
  const validate = (value: string): boolean => readHostRule(value) !== null;
  return ValidateBy({ name: 'isHostRule', validator: { validate } }, options);
}

/** An origin exactly as a browser sends it (RFC 6454, section 6.2), because it is compared as text. */
export function IsOrigin(options: ValidationOptions): PropertyDecorator {
  const validate = (value: string): boolean =>
    /^https?:/.test(value) && !value.includes('*') && URL.canParse(value) && new URL(value).origin === value;
  return ValidateBy({ name: 'isOrigin', validator: { validate } }, options);
}

export function IsDialCountry(options: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    { name: 'isDialCountry', validator: { validate: (value: string) => isSupportedCountry(value) } },
    options,
  );
}

/** Rejects offsets such as `+06:00`, because PostgreSQL interprets their sign the other way round. */
export function IsIanaTimeZone(): PropertyDecorator {
  return (target, name) => {
    IsTimeZone()(target, name);
    Matches(/^[A-Za-z]/)(target, name);
  };
}

export function WholeNumber(from: number, to: number): PropertyDecorator {
  return (target, name) => {
    Type(() => Number)(target, name);
    IsInt()(target, name);
    Min(from)(target, name);
    Max(to)(target, name);
  };
}

/** Shortest prefixes that a trusted proxy block may have. */
const MIN_OWN_PREFIX = { ipv4: 8, ipv6: 16 } as const;

/** @param blocks own: rejects blocks so wide that they contain addresses of others */
export function IsAddressBlock(blocks: 'any' | 'own', options: ValidationOptions): PropertyDecorator {
  const validate = (value: string): boolean => {
    const block = readAddressBlock(value);
    return block !== null && (blocks === 'any' || block.prefix >= MIN_OWN_PREFIX[block.family]);
  };
  return ValidateBy({ name: 'isAddressBlock', validator: { validate } }, options);
}

export function IsBusinessPeriod(options: ValidationOptions): PropertyDecorator {
  const validate = (value: string): boolean => readBusinessPeriod(value) !== null;
  return ValidateBy({ name: 'isBusinessPeriod', validator: { validate } }, options);
}

export function IsExtension(options: ValidationOptions): PropertyDecorator {
  return Matches(/^[\w*#.-]{1,30}$/, options);
}

export function IsRungExtension(options: ValidationOptions): PropertyDecorator {
  return Matches(EXTENSION_TEXT, options);
}

const LONGEST_PATTERN = 40;

/** A repeated group, a back reference or a look-around: with them even a short pattern may run for a very long time. */
const SLOW_PATTERN = /\)[*+{]|\\[1-9k]|\(\?(?!:)/u;

export function IsExtensionPattern(): PropertyDecorator {
  const validate = (value: string): boolean => {
    if (value.length > LONGEST_PATTERN || SLOW_PATTERN.test(value)) return false;
    try {
      // Alone too: a parenthesis that is closed before it is opened would end the anchored group.
      return RegExp(value, 'u') instanceof RegExp && extensionRule(value, []).source === value;
    } catch {
      return false;
    }
  };
  return ValidateBy({ name: 'isExtensionPattern', validator: { validate } });
}

export function IsExtensionGroup(options: ValidationOptions): PropertyDecorator {
  return Matches(/^[\w*#.-]{1,30}:[\w*#.-]{1,30}(\|[\w*#.-]{1,30})*$/, options);
}

/** Only X- and Webhook- headers: Node drops repeats of some standard headers, and then cannot report a repetition. */
export function IsHeaderName(): PropertyDecorator {
  return Matches(/^(x|webhook)-[a-z0-9-]{1,60}$/i);
}

export function IsWebhookSecret(options: ValidationOptions): PropertyDecorator {
  const validate = (value: string): boolean => readWebhookSecret(value) !== null;
  return ValidateBy({ name: 'isWebhookSecret', validator: { validate } }, options);
}
