import { Transform, Type } from 'class-transformer';
import { IsInt, IsTimeZone, Matches, Max, Min, ValidateBy, type ValidationOptions } from 'class-validator';
import { isSupportedCountry } from 'libphonenumber-js/max';
import { readAddressBlock } from '../common/cidr.js';
import { readWebhookSecret } from './webhook-secret.js';

/** One variable of the environment as `.env.example` and error messages show it. */
export interface EnvironmentVariable {
  name: string;
  /** One line that says what it is for. */
  about: string;
  /** Completes "<name> must be …". */
  expects: string;
  /** As one would write it in `.env`; '' when there is none. */
  default: string;
}

export const described = new Map<string, Pick<EnvironmentVariable, 'about' | 'expects'>>();

export function Variable(about: string, expects: string): PropertyDecorator {
  return (_target, name) => {
    described.set(String(name), { about, expects });
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

export function IsDialCountry(options: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    { name: 'isDialCountry', validator: { validate: (value: string) => isSupportedCountry(value) } },
    options,
  );
}

/** An offset such as `+06:00` is refused: PostgreSQL reads its sign the other way round. */
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

/** The widest blocks that can be somebody's own. */
const OWN_PREFIX = { ipv4: 8, ipv6: 16 } as const;

/** @param blocks own: a block so wide that it is everyone's is refused */
export function IsAddressBlock(blocks: 'any' | 'own', options: ValidationOptions): PropertyDecorator {
  const validate = (value: string): boolean => {
    const block = readAddressBlock(value);
    return block !== null && (blocks === 'any' || block.prefix >= OWN_PREFIX[block.family]);
  };
  return ValidateBy({ name: 'isAddressBlock', validator: { validate } }, options);
}

/** Of other headers Node keeps only the first when they come twice, and a repetition would go unseen. */
export function IsHeaderName(): PropertyDecorator {
  return Matches(/^(x|webhook)-[a-z0-9-]{1,60}$/i);
}

export function IsWebhookSecret(options: ValidationOptions): PropertyDecorator {
  const validate = (value: string): boolean => readWebhookSecret(value) !== null;
  return ValidateBy({ name: 'isWebhookSecret', validator: { validate } }, options);
}
