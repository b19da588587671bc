import 'reflect-metadata';
import { Transform, Type } from 'class-transformer';
import {
  ArrayNotEmpty,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  IsTimeZone,
  Matches,
  Max,
  Min,
  ValidateBy,
  type ValidationOptions,
} from 'class-validator';
import { isSupportedCountry } from 'libphonenumber-js/max';

const NODE_ENVIRONMENTS = ['development', 'production', 'test'] as const;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

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

const described = new Map<string, Pick<EnvironmentVariable, 'about' | 'expects'>>();

function Variable(about: string, expects: string): PropertyDecorator {
  return (_target, name) => {
    described.set(String(name), { about, expects });
  };
}

function CommaSeparated(clean: (item: string) => string = (item) => item): PropertyDecorator {
  return Transform(({ value }: { value: string }) => value.split(',').map((item) => clean(item.trim())));
}

function IsUrlOf(...protocols: string[]): PropertyDecorator {
  return ValidateBy({
    name: 'isUrlOf',
    validator: {
      validate: (value: string) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
    },
  });
}

function IsDialCountry(options: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    { name: 'isDialCountry', validator: { validate: (value: string) => isSupportedCountry(value) } },
    options,
  );
}

/** An offset such as `+06:00` is refused: PostgreSQL reads its sign the other way round. */
function IsIanaTimeZone(): PropertyDecorator {
  return (target, name) => {
    IsTimeZone()(target, name);
    Matches(/^[A-Za-z]/)(target, name);
  };
}

/** Every variable this service reads, with its default. An empty value counts as unset. */
export class Environment {
  @Variable('What this process is for; production refuses weak settings.', 'development, production or test')
  @IsIn(NODE_ENVIRONMENTS)
  readonly NODE_ENV: (typeof NODE_ENVIRONMENTS)[number] = 'development';

  @Variable('TCP port to serve on; 0 takes any free one.', 'a whole number from 0 to 65535')
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(65_535)
  readonly PORT: number = 3000;

  @Variable(
    'Address to serve on. Without it: 0.0.0.0 in production, 127.0.0.1 elsewhere.',
    'a host name or an IP address',
  )
  @Matches(/^[\w.:-]+$/)
  readonly HOST?: string;

  @Variable('Least important log line to write.', 'fatal, error, warn, info, debug, trace or silent')
  @IsIn(LOG_LEVELS)
  readonly LOG_LEVEL: (typeof LOG_LEVELS)[number] = 'info';

  @Variable('Folder of the embedded database and the generated development secret.', 'the path of a folder')
  @IsString()
  readonly DATA_FOLDER: string = '.data';

  @Variable(
    'PostgreSQL to use, postgres://user:password@host:5432/database. Without it: embedded, not in production.',
    'a postgres:// URL',
  )
  @IsUrlOf('postgres:', 'postgresql:')
  readonly DATABASE_URL?: string;

  @Variable('Connections to keep to DATABASE_URL.', 'a whole number from 1 to 500')
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(500)
  readonly DATABASE_POOL_SIZE: number = 10;

  @Variable('Longest time one statement may run, in milliseconds.', 'a whole number from 1 to 600000')
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(600_000)
  readonly DATABASE_STATEMENT_TIMEOUT_MS: number = 10_000;

  @Variable(
    'HS256 secret shared with the CRM, 32 bytes or more. Without it: generated once, not in production.',
    'the secret the CRM signs its tokens with',
  )
  @IsString()
  readonly JWT_SECRET?: string;

  @Variable(
    'Key set (JWKS) of an identity provider that signs with RS256 or ES256; alone, it turns HS256 off.',
    'an http(s):// URL',
  )
  @IsUrlOf('https:', 'http:')
  readonly JWT_JWKS_URL?: string;

  @Variable('Issuer (iss) every token must name. Without it: not checked.', 'the issuer of the tokens')
  @IsString()
  readonly JWT_ISSUER?: string;

  @Variable('Audience (aud) every token must name. Without it: not checked.', 'the audience of the tokens')
  @IsString()
  readonly JWT_AUDIENCE?: string;

  @Variable(
    'Role slugs of the CRM that may see and steer the calls of all agents.',
    'role slugs separated by commas',
  )
  @CommaSeparated()
  @ArrayNotEmpty()
  @IsNotEmpty({ each: true })
  readonly AUTH_SUPERVISOR_ROLES: string[] = ['super-admin', 'admin'];

  @Variable('The PBX this service talks to.', 'bracknet')
  @IsIn(['bracknet'])
  readonly TELEPHONY_PROVIDER = 'bracknet' as const;

  @Variable(
    'Countries that may be dialled; each further one is a door for toll fraud.',
    'two-letter country codes (ISO 3166) separated by commas, such as BD,IN',
  )
  @CommaSeparated((country) => country.toUpperCase())
  @ArrayNotEmpty()
  @IsDialCountry({ each: true })
  readonly TELEPHONY_DIAL_COUNTRIES: string[] = ['BD'];

  @Variable(
    "Time zone of task dates, task notes, date filters and the CRM's own time columns.",
    'an IANA time zone such as Asia/Dhaka',
  )
  @IsIanaTimeZone()
  readonly BUSINESS_TIME_ZONE: string = 'Asia/Dhaka';

  @Variable(
    'Time zone in which the former code wrote telephony_calls; read once, when its rows are adopted.',
    'an IANA time zone such as Asia/Dhaka',
  )
  @IsIanaTimeZone()
  readonly LEGACY_TIME_ZONE: string = 'Asia/Dhaka';

  @Variable('Where the PBX answers. Without it or the key: mock mode, no call goes out.', 'an http(s):// URL')
  @IsUrlOf('https:', 'http:')
  readonly BRACKNET_API_BASE_URL?: string;

  @Variable(
    'Bearer key the PBX expects from us.',
    'the key as the PBX issued it, without spaces or line breaks',
  )
  @Matches(/^[\x21-\x7e]+$/)
  readonly BRACKNET_API_KEY?: string;

  @Variable(
    'Longest wait for an answer of the PBX, in milliseconds.',
    'a whole number of milliseconds from 1 to 120000',
  )
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(120_000)
  readonly BRACKNET_TIMEOUT_MS: number = 15_000;

  @Variable(
    'Port to serve metrics on, apart from the API. Without it: on PORT, if METRICS_TOKEN is set.',
    'a whole number from 1 to 65535',
  )
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(65_535)
  readonly METRICS_PORT?: number;

  @Variable('Address METRICS_PORT is served on.', 'a host name or an IP address')
  @Matches(/^[\w.:-]+$/)
  readonly METRICS_HOST: string = '127.0.0.1';

  @Variable(
    'Bearer token that may read the metrics. Without it: nobody, or whoever reaches METRICS_PORT.',
    '16 characters or more, without spaces or line breaks',
  )
  @Matches(/^[\x21-\x7e]{16,}$/)
  readonly METRICS_TOKEN?: string;

  @Variable('Secret the PBX signs its webhooks with.', 'the secret agreed with the PBX')
  @IsString()
  readonly BRACKNET_WEBHOOK_SECRET?: string;

  @Variable(
    'Most events that may wait to be stored; who comes then is asked to come again.',
    'a whole number from 1 to 100000',
  )
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100_000)
  readonly WEBHOOK_QUEUE_LIMIT: number = 2_000;

  @Variable(
    'Days after which receipts of applied events are removed; those that wait for a decision stay.',
    'a whole number of days from 1 to 3650',
  )
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(3_650)
  readonly WEBHOOK_RECEIPT_RETENTION_DAYS: number = 90;
}

const defaults = new Map<string, string | number | string[] | undefined>(Object.entries(new Environment()));

/** All variables in the order of the class. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [...described].map(
  ([name, { about, expects }]) => ({ name, about, expects, default: String(defaults.get(name) ?? '') }),
);
