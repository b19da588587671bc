import 'reflect-metadata';
import { ArrayMaxSize, ArrayUnique, IsIn } from 'class-validator';
import {
  CommaSeparated,
  variableDescriptions,
  type EnvironmentVariable,
  IsAddressBlock,
  IsHeaderName,
  IsWebhookSecret,
  Variable,
  WholeNumber,
} from './variable.js';
import { WallboardEnvironment } from './wallboard-environment.js';

const HEADER_NAME = 'the name of a header that begins with X- or Webhook-';

/** Every variable this service reads, with its default. An empty value counts as unset. */
export class Environment extends WallboardEnvironment {
  @Variable(
    'Most events that may wait to be stored, and at most 4 MiB of them; further ones are answered 429.',
    'a whole number from 1 to 100000',
  )
  @WholeNumber(1, 100_000)
  readonly WEBHOOK_QUEUE_LIMIT: number = 2_000;

  @Variable(
    'Days after which receipts of applied events are removed; those that wait for a decision stay.',
    'a whole number of days from 2 to 3650',
  )
  @WholeNumber(2, 3_650)
  readonly WEBHOOK_RECEIPT_RETENTION_DAYS: number = 90;

  @Variable(
    'Most receipts in quarantine; beyond them webhooks refused with 400 or 409 are answered, but not kept.',
    'a whole number from 1 to 100000',
  )
  @WholeNumber(1, 100_000)
  readonly WEBHOOK_QUARANTINE_MAX_ROWS: number = 10_000;

  @Variable(
    'Most MiB of bodies in quarantine; beyond them webhooks refused with 400 or 409 are answered, but not kept.',
    'a whole number of MiB from 1 to 4096',
  )
  @WholeNumber(1, 4_096)
  readonly WEBHOOK_QUARANTINE_MAX_MIB: number = 64;

  @Variable(
    'Minutes of BUSINESS_HOURS without a webhook after which readiness is yellow.',
    'a whole number of minutes from 5 to 1440',
  )
  @WholeNumber(5, 1_440)
  readonly WEBHOOK_SILENCE_MINUTES: number = 60;

  @Variable(
    'Calls placed without a webhook after which readiness is yellow, at any hour.',
    'a whole number from 1 to 1000',
  )
  @WholeNumber(1, 1_000)
  readonly WEBHOOK_SILENCE_CALLS: number = 3;

  @Variable('Minutes after the first of these calls until it is.', 'a whole number of minutes from 1 to 1440')
  @WholeNumber(1, 1_440)
  readonly WEBHOOK_SILENCE_CALL_MINUTES: number = 10;

  @Variable(
    'Secret with which the PBX signs its webhooks; several during a change, newest first.',
    'one to three different secrets separated by commas, each whsec_ and base64, or text, of 24 bytes or more',
  )
  @CommaSeparated()
  @ArrayMaxSize(3)
  @ArrayUnique()
  @IsWebhookSecret({ each: true })
  readonly BRACKNET_WEBHOOK_SECRET?: string[];

  @Variable(
    'Whether webhooks have to be signed: off, monitor (accept, and count) or enforce. Without it: enforce if there is a secret, else off.',
    'off, monitor or enforce',
  )
  @IsIn(['off', 'monitor', 'enforce'])
  readonly BRACKNET_WEBHOOK_SIGNATURE_MODE?: 'off' | 'monitor' | 'enforce';

  @Variable(
    'How webhooks are signed: standard (Standard Webhooks) or bracknet (headers and encoding below).',
    'standard or bracknet',
  )
  @IsIn(['standard', 'bracknet'])
  readonly BRACKNET_WEBHOOK_SIGNATURE_PROFILE: 'standard' | 'bracknet' = 'standard';

  @Variable('Header of the id, in the bracknet profile.', HEADER_NAME)
  @IsHeaderName()
  readonly BRACKNET_WEBHOOK_ID_HEADER: string = 'X-Bracknet-Nonce';

  @Variable('Header of the time, in the bracknet profile.', HEADER_NAME)
  @IsHeaderName()
  readonly BRACKNET_WEBHOOK_TIMESTAMP_HEADER: string = 'X-Bracknet-Timestamp';

  @Variable('Header of the signature, in the bracknet profile.', HEADER_NAME)
  @IsHeaderName()
  readonly BRACKNET_WEBHOOK_SIGNATURE_HEADER: string = 'X-Bracknet-Signature';

  @Variable('Encoding of the signature, in the bracknet profile.', 'hex or base64')
  @IsIn(['hex', 'base64'])
  readonly BRACKNET_WEBHOOK_SIGNATURE_ENCODING: 'hex' | 'base64' = 'hex';

  @Variable(
    'How old the time of a signature may be, in seconds.',
    'a whole number of seconds from 1 to 86400',
  )
  @WholeNumber(1, 86_400)
  readonly BRACKNET_WEBHOOK_PAST_SECONDS: number = 300;

  @Variable(
    'How far ahead the time of a signature may be, in seconds.',
    'a whole number of seconds from 1 to 3600',
  )
  @WholeNumber(1, 3_600)
  readonly BRACKNET_WEBHOOK_FUTURE_SECONDS: number = 60;

  @Variable(
    'Addresses from which webhooks are accepted. Without it: from any.',
    'IP addresses and CIDR blocks separated by commas, such as 203.0.113.7,2001:db8::/48',
  )
  @CommaSeparated()
  @IsAddressBlock('any', { each: true })
  readonly BRACKNET_WEBHOOK_ALLOWED_IPS: string[] = [];

  @Variable(
    'Webhooks with a bad signature per minute after which an address is answered 429 instead of 401.',
    'a whole number from 1 to 1000000',
  )
  @WholeNumber(1, 1_000_000)
  readonly BRACKNET_WEBHOOK_FAILURES_PER_MINUTE: number = 60;

  @Variable(
    'Events that one address may post per second; further ones are answered 429.',
    'a whole number from 1 to 1000000',
  )
  @WholeNumber(1, 1_000_000)
  readonly BRACKNET_WEBHOOK_EVENTS_PER_SECOND: number = 2_000;

  @Variable(
    'Proxies in front of this service whose X-Forwarded-For is trusted. Without it: none.',
    'IP addresses and CIDR blocks separated by commas, none wider than /8 (IPv6: /16)',
  )
  @CommaSeparated()
  @IsAddressBlock('own', { each: true })
  readonly TRUSTED_PROXIES: string[] = [];

  @Variable(
    'Whether production may start without signed webhooks: anyone who reaches the port can then post events.',
    'true or false',
  )
  @IsIn(['true', 'false'])
  readonly ALLOW_UNSIGNED_WEBHOOKS: 'true' | 'false' = 'false';
}

const defaults = new Map<string, string | number | string[] | undefined>(Object.entries(new Environment()));

/** All variables in the order of the class. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [...variableDescriptions].map(
  ([name, { about, expects }]) => ({ name, about, expects, default: String(defaults.get(name) ?? '') }),
);
