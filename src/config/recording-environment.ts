import 'reflect-metadata';
import { ArrayNotEmpty, IsString, Matches } from 'class-validator';
import { TelephonyEnvironment } from './telephony-environment.js';
import {
  CommaSeparated,
  IsAddressBlock,
  IsBaseUrl,
  IsHostRule,
  IsUrlOf,
  Variable,
  WholeNumber,
} from './variable.js';

/** The variables of recordings; those of the wallboard follow in `WallboardEnvironment`. */
export class RecordingEnvironment extends TelephonyEnvironment {
  @Variable(
    'Hosts from which recordings are fetched. Without it: that of BRACKNET_API_BASE_URL.',
    'hosts separated by commas, each with its port unless it is the default one, such as https://pbx.example.com,http://10.0.0.5:8080; an asterisk stands for any name below a domain',
  )
  @CommaSeparated()
  @ArrayNotEmpty()
  @IsHostRule({ each: true })
  readonly RECORDING_HOSTS?: string[];

  @Variable(
    'Private networks in which these hosts may be; other addresses than public ones are refused.',
    'IP addresses or CIDR blocks separated by commas, such as 10.0.0.0/24',
  )
  @CommaSeparated()
  @IsAddressBlock('own', { each: true })
  readonly RECORDING_ALLOWED_NETWORKS: string[] = [];

  @Variable(
    'Folder of the copies of recordings, and of those that are being fetched. Without it: recordings in DATA_FOLDER.',
    'the path of a folder',
  )
  @IsString()
  readonly RECORDING_FOLDER?: string;

  @Variable(
    'Days after which copies of recordings are removed. Without it: never.',
    'a whole number of days from 1 to 36500',
  )
  @WholeNumber(1, 36_500)
  readonly RECORDING_RETENTION_DAYS?: number;

  @Variable(
    'S3-compatible server that keeps the copies instead of the folder. Without it: the folder.',
    'an http(s):// URL',
  )
  @IsUrlOf('https:', 'http:')
  readonly RECORDING_S3_ENDPOINT?: string;

  @Variable('Bucket of the copies; it has to exist.', 'the name of a bucket')
  @Matches(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
  readonly RECORDING_S3_BUCKET?: string;

  @Variable('Region of the bucket.', 'the name of a region, such as ap-southeast-1')
  @Matches(/^[a-z0-9-]{1,40}$/)
  readonly RECORDING_S3_REGION: string = 'auto';

  @Variable('Id of the key for the bucket.', 'the id, without spaces or line breaks')
  @Matches(/^[\x21-\x7e]+$/)
  readonly RECORDING_S3_KEY_ID?: string;

  @Variable('Secret of that key.', 'the secret, without spaces or line breaks')
  @Matches(/^[\x21-\x7e]+$/)
  readonly RECORDING_S3_SECRET?: string;

  @Variable(
    'Where browsers reach this service, for addresses of recordings. Without it: paths under /api.',
    'an http(s):// URL without query',
  )
  @IsBaseUrl()
  readonly PUBLIC_BASE_URL?: string;

  @Variable(
    'Secret of the tickets for recordings, 32 bytes or more, the same on all instances. Without it: derived from JWT_SECRET.',
    'a secret: openssl rand -base64 32 makes one',
  )
  @IsString()
  readonly TICKET_SECRET?: string;
}
