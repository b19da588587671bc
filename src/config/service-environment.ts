import 'reflect-metadata';
import { ArrayNotEmpty, IsIn, IsNotEmpty, IsString, Matches } from 'class-validator';
import {
  CommaSeparated,
  IsDialCountry,
  IsExtension,
  IsExtensionGroup,
  IsIanaTimeZone,
  IsUrlOf,
  Variable,
  WholeNumber,
} from './variable.js';

const NODE_ENVIRONMENTS = ['development', 'production', 'test'] as const;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** The variables of the service, its database, its callers and the PBX; those of webhooks follow in `Environment`. */
export class ServiceEnvironment {
  @Variable(
    'Environment of this process; production refuses weak settings.',
    'development, production or test',
  )
  @IsIn(NODE_ENVIRONMENTS)
  readonly NODE_ENV: (typeof NODE_ENVIRONMENTS)[number] = 'development';

  @Variable('TCP port to serve on; 0 means any free port.', 'a whole number from 0 to 65535')
  @WholeNumber(0, 65_535)
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

  @Variable('Most connections to DATABASE_URL.', 'a whole number from 1 to 500')
  @WholeNumber(1, 500)
  readonly DATABASE_POOL_SIZE: number = 10;

  @Variable('Longest time one statement may run, in milliseconds.', 'a whole number from 1 to 600000')
  @WholeNumber(1, 600_000)
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

  @Variable('Issuer (iss) that every token must have. Without it: not checked.', 'the issuer of the tokens')
  @IsString()
  readonly JWT_ISSUER?: string;

  @Variable(
    'Audience (aud) that every token must have. Without it: not checked.',
    'the audience of the tokens',
  )
  @IsString()
  readonly JWT_AUDIENCE?: string;

  @Variable(
    'Role slugs of the CRM that may see and control the calls of all agents.',
    'role slugs separated by commas',
  )
  @CommaSeparated()
  @ArrayNotEmpty()
  @IsNotEmpty({ each: true })
  readonly AUTH_SUPERVISOR_ROLES: string[] = ['super-admin', 'admin'];

  @Variable('Days after which entries of the audit are removed.', 'a whole number of days from 30 to 3650')
  @WholeNumber(30, 3_650)
  readonly AUDIT_RETENTION_DAYS: number = 365;

  @Variable('The PBX this service talks to.', 'bracknet')
  @IsIn(['bracknet'])
  readonly TELEPHONY_PROVIDER = 'bracknet' as const;

  @Variable(
    'Countries that may be dialled; each further one adds a risk of toll fraud.',
    'two-letter country codes (ISO 3166) separated by commas, such as BD,IN',
  )
  @CommaSeparated((country) => country.toUpperCase())
  @ArrayNotEmpty()
  @IsDialCountry({ each: true })
  readonly TELEPHONY_DIAL_COUNTRIES: string[] = ['BD'];

  @Variable(
    'Extensions where no person answers: voicemails, menus, queues. A list replaces the default.',
    'extensions separated by commas',
  )
  @CommaSeparated()
  @IsExtension({ each: true })
  readonly TELEPHONY_UNATTENDED: string[] = ['voicemail', 'ivr', '*97', '*98', '*99'];

  @Variable(
    'Groups of extensions and their members: a miss of each member is one miss of the group.',
    'groups separated by commas: an extension, a colon, and its members with a bar between them',
  )
  @CommaSeparated()
  @IsExtensionGroup({ each: true })
  readonly TELEPHONY_GROUPS: string[] = [];

  @Variable(
    "Time zone of task dates, task notes, date filters and the CRM's own time columns.",
    'an IANA time zone such as Asia/Dhaka',
  )
  @IsIanaTimeZone()
  readonly BUSINESS_TIME_ZONE: string = 'Asia/Dhaka';

  @Variable(
    'Time zone in which the former code wrote telephony_calls; used once, when its rows are adopted.',
    'an IANA time zone such as Asia/Dhaka',
  )
  @IsIanaTimeZone()
  readonly LEGACY_TIME_ZONE: string = 'Asia/Dhaka';

  @Variable('Base URL of the PBX. Without it or the key: mock mode, no call goes out.', 'an http(s):// URL')
  @IsUrlOf('https:', 'http:')
  readonly BRACKNET_API_BASE_URL?: string;

  @Variable('Bearer key for the PBX.', 'the key as the PBX issued it, without spaces or line breaks')
  @Matches(/^[\x21-\x7e]+$/)
  readonly BRACKNET_API_KEY?: string;

  @Variable(
    'Longest wait for an answer of the PBX, in milliseconds.',
    'a whole number of milliseconds from 1 to 120000',
  )
  @WholeNumber(1, 120_000)
  readonly BRACKNET_TIMEOUT_MS: number = 15_000;

  @Variable(
    'How often the sweeper looks for calls without further events, in seconds.',
    'a whole number of seconds from 1 to 3600',
  )
  @WholeNumber(1, 3_600)
  readonly SWEEP_INTERVAL_SECONDS: number = 10;

  @Variable(
    'After how long a started call without an id of the PBX is closed as failed, in seconds.',
    'a whole number of seconds from 30 to 86400',
  )
  @WholeNumber(30, 86_400)
  readonly SWEEP_UNPLACED_SECONDS: number = 60;

  @Variable(
    'After how long a started call without any event is closed as failed, in seconds.',
    'a whole number of seconds from 10 to 86400',
  )
  @WholeNumber(10, 86_400)
  readonly SWEEP_SILENT_SECONDS: number = 120;

  @Variable(
    'After how long a ringing call is closed as missed, in seconds.',
    'a whole number of seconds from 10 to 86400',
  )
  @WholeNumber(10, 86_400)
  readonly SWEEP_RINGING_SECONDS: number = 120;

  @Variable(
    'After how long a call that only a machine answered is closed as missed, in seconds.',
    'a whole number of seconds from 10 to 86400',
  )
  @WholeNumber(10, 86_400)
  readonly SWEEP_UNATTENDED_SECONDS: number = 1800;

  @Variable(
    'After how long a call that an agent hung up is closed, in seconds.',
    'a whole number of seconds from 5 to 86400',
  )
  @WholeNumber(5, 86_400)
  readonly SWEEP_HANGUP_SECONDS: number = 30;

  @Variable(
    'After how long an answered call is closed, in seconds.',
    'a whole number of seconds from 60 to 604800',
  )
  @WholeNumber(60, 604_800)
  readonly SWEEP_ANSWERED_SECONDS: number = 14_400;

  @Variable(
    'Separate port for metrics. Without it: on PORT, if METRICS_TOKEN is set.',
    'a whole number from 1 to 65535',
  )
  @WholeNumber(1, 65_535)
  readonly METRICS_PORT?: number;

  @Variable('Address to serve METRICS_PORT on.', 'a host name or an IP address')
  @Matches(/^[\w.:-]+$/)
  readonly METRICS_HOST: string = '127.0.0.1';

  @Variable(
    'Bearer token for reading the metrics. Without it: not served, or without a token on METRICS_PORT.',
    '16 characters or more, without spaces or line breaks',
  )
  @Matches(/^[\x21-\x7e]{16,}$/)
  readonly METRICS_TOKEN?: string;
}
