import 'reflect-metadata';
import { ArrayNotEmpty, ArrayUnique, IsIn, IsString, Matches } from 'class-validator';
import { DEFAULT_EXTENSION_PATTERN } from '../common/extension.js';
import { ServiceEnvironment } from './service-environment.js';
import {
  CommaSeparated,
  IsBusinessPeriod,
  IsDialCountry,
  IsExtension,
  IsExtensionGroup,
  IsExtensionPattern,
  IsIanaTimeZone,
  IsRungExtension,
  IsUrlOf,
  Variable,
  WholeNumber,
} from './variable.js';

const ASSIGNMENT_RULES = ['missed-agent', 'free', 'least-loaded'] as const;

/**
 * missed-agent: whose extension did not answer; free: an agent who is online and not on a call; least-loaded: the agent
 * with the fewest open tasks.
 */
export type AssignmentRule = (typeof ASSIGNMENT_RULES)[number];

/** The variables of calls, the PBX and the sweeper; those of recordings follow in `RecordingEnvironment`. */
export class TelephonyEnvironment extends ServiceEnvironment {
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
    'What an extension looks like: a regular expression that the whole extension matches.',
    'a regular expression of at most 40 characters, without repeated groups, back references and look-around',
  )
  @IsExtensionPattern()
  readonly TELEPHONY_EXTENSION_PATTERN: string = DEFAULT_EXTENSION_PATTERN;

  @Variable(
    'Short codes, such as 999 or 16247, that are extensions of this PBX and may be rung as such.',
    'extensions separated by commas',
  )
  @CommaSeparated()
  @IsRungExtension({ each: true })
  readonly TELEPHONY_EXTENSION_ALLOW: string[] = [];

  @Variable(
    'Values of caller_id that a start may have; the first is the default.',
    'different names of 1 to 64 characters separated by commas',
  )
  @CommaSeparated()
  @ArrayNotEmpty()
  @ArrayUnique()
  @Matches(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,64}$/u, { each: true })
  readonly TELEPHONY_CALLER_IDS: string[] = ['TrustCart'];

  @Variable('Most calls that an agent has started and that are not over.', 'a whole number from 1 to 1000000')
  @WholeNumber(1, 1_000_000)
  readonly TELEPHONY_MAX_OPEN_CALLS_PER_AGENT: number = 3;

  @Variable('Most calls that an agent starts in a minute.', 'a whole number from 1 to 1000000')
  @WholeNumber(1, 1_000_000)
  readonly TELEPHONY_MAX_STARTS_PER_MINUTE_PER_AGENT: number = 20;

  @Variable('Most calls that an agent starts in an hour.', 'a whole number from 1 to 1000000')
  @WholeNumber(1, 1_000_000)
  readonly TELEPHONY_MAX_STARTS_PER_HOUR_PER_AGENT: number = 300;

  @Variable('Most calls that all agents start in a minute.', 'a whole number from 1 to 1000000')
  @WholeNumber(1, 1_000_000)
  readonly TELEPHONY_MAX_STARTS_PER_MINUTE: number = 600;

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
    'When the desk works, in that zone: silence of the PBX is then a fault. Without it: only after calls.',
    'times separated by commas, each with days or for every day, such as sat-thu 09:00-21:00,fri 15:00-21:00',
  )
  @CommaSeparated()
  @IsBusinessPeriod({ each: true })
  readonly BUSINESS_HOURS: string[] = [];

  @Variable(
    'Who gets the task of a missed customer whom nobody looks after; the first rule that names an agent. Without it: nobody.',
    'different rules separated by commas: missed-agent, free, least-loaded',
  )
  @CommaSeparated()
  @ArrayUnique()
  @IsIn(ASSIGNMENT_RULES, { each: true })
  readonly TASK_ASSIGNMENT: AssignmentRule[] = [];

  @Variable(
    'Time zone in which the former code wrote telephony_calls; used once, when its rows are adopted.',
    'an IANA time zone such as Asia/Dhaka',
  )
  @IsIanaTimeZone()
  readonly LEGACY_TIME_ZONE: string = 'Asia/Dhaka';

  @Variable(
    'live: calls go out; mock: none does. Without it: live if base URL and key are set, else mock, which production refuses.',
    'live or mock',
  )
  @IsIn(['live', 'mock'])
  readonly BRACKNET_MODE?: 'live' | 'mock';

  @Variable('Base URL of the PBX. Live mode needs it.', 'an http(s):// URL')
  @IsUrlOf('https:', 'http:')
  readonly BRACKNET_API_BASE_URL?: string;

  @Variable(
    'Bearer key for the PBX. Live mode needs it.',
    'the key as the PBX issued it, without spaces or line breaks',
  )
  @Matches(/^[\x21-\x7e]+$/)
  readonly BRACKNET_API_KEY?: string;

  @Variable(
    'File with the certificates of further authorities (PEM), for a PBX whose certificate is from a private one.',
    'the path of a PEM file that this process may read',
  )
  @IsString()
  readonly BRACKNET_CA_FILE?: string;

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
}
