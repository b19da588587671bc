import 'reflect-metadata';
import { ArrayNotEmpty, IsIn, IsNotEmpty, IsString, Matches } from 'class-validator';

import { CommaSeparated, IsOrigin, IsUrlOf, Variable, WholeNumber } from './variable.js';

const NODE_ENVIRONMENTS = ['development', 'production', 'test'] as const;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** The variables of the service, its database, its users and its metrics; those of telephony follow in `TelephonyEnvironment`. */
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

  @Variable(
    'Connections that one address may hold; a trusted proxy has no such limit. All together: 1000.',
    'a whole number from 1 to 1000',
  )
  @WholeNumber(1, 1_000)
  readonly HTTP_CONNECTIONS_PER_ADDRESS: number = 100;

  @Variable(
    'Origins whose pages may call the API from a browser (CORS). Without it: none.',
    'origins separated by commas, as browsers send them: scheme and host, a port unless it is the default one, no path and no *, such as https://crm.example.com',
  )
  @CommaSeparated()
  @IsOrigin({ each: true })
  readonly BROWSER_ORIGINS: string[] = [];

  @Variable(
    'Sockets of browsers that have signed in, all together; beside the connections of the API.',
    'a whole number from 1 to 20000',
  )
  @WholeNumber(1, 20_000)
  readonly REALTIME_MAX_SOCKETS: number = 2_000;

  @Variable('Sockets of one user; each tab of a browser has one.', 'a whole number from 1 to 1000')
  @WholeNumber(1, 1_000)
  readonly REALTIME_MAX_SOCKETS_PER_USER: number = 20;

  @Variable('Whether /api/docs is served, to anyone. Without it: not in production.', 'true or false')
  @IsIn(['true', 'false'])
  readonly API_DOCS?: 'true' | 'false';

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
    'Redis or Valkey that tells the instances what has changed. Without it: DATABASE_URL does.',
    'a redis:// or rediss:// URL',
  )
  @IsUrlOf('redis:', 'rediss:')
  readonly REDIS_URL?: string;

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

  @Variable(
    'Roles that make a token without a type one of staff; those of AUTH_SUPERVISOR_ROLES do too.',
    'role slugs separated by commas',
  )
  @CommaSeparated()
  @ArrayNotEmpty()
  @IsNotEmpty({ each: true })
  readonly AUTH_STAFF_ROLES: string[] = ['agent', 'supervisor', 'admin', 'super-admin'];

  @Variable(
    'Roles that may read all calls, recordings and reports, but control no more than agents.',
    'role slugs separated by commas',
  )
  @CommaSeparated()
  @IsNotEmpty({ each: true })
  readonly AUTH_SEE_ALL_ROLES: string[] = [];

  @Variable('Days after which entries of the audit are removed.', 'a whole number of days from 30 to 3650')
  @WholeNumber(30, 3_650)
  readonly AUDIT_RETENTION_DAYS: number = 365;

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
