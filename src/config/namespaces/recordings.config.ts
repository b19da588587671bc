import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import { type HostRule, readHostRule } from '../../common/host-rule.js';
import { readAddressBlock } from '../../common/cidr.js';
import type { Environment } from '../environment.js';
import { pbxModeOf } from '../environment-rules.js';
import { recordingHostsOf } from '../recording-rules.js';
import { namespace } from '../namespace.js';
import { authConfig } from './auth.config.js';

/** Of the keys of tickets: a token of the CRM is no ticket, although both begin with the same secret. */
const TICKET_PURPOSE = 'trustcart-telephony recording tickets v1';

export const recordingsConfig = namespace('recordings', (environment) => ({
  /** Hosts from which recordings are fetched; empty: none is. */
  hosts: recordingHostsOf(environment, pbxModeOf(environment)).flatMap(
    (text): HostRule | [] => readHostRule(text) ?? [],
  ),
  /** Networks besides the public ones in which the hosts may be. */
  allowedNetworks: environment.RECORDING_ALLOWED_NETWORKS.flatMap((text) => readAddressBlock(text) ?? []),
  /** Whether a host that is named as this machine may be one: never in production. */
  allowsThisMachine: environment.NODE_ENV !== 'production',
  /** Of the copies, and of `tmp/`, in which they are written. */
  folder: environment.RECORDING_FOLDER ?? join(environment.DATA_FOLDER, 'recordings'),
  /** null: copies are never removed by age. */
  retentionDays: environment.RECORDING_RETENTION_DAYS ?? null,
  s3: s3Of(environment),
  /** Without a slash at the end; '': addresses are paths. */
  publicBaseUrl: environment.PUBLIC_BASE_URL?.replace(/\/+$/u, '') ?? '',
  /** Signs tickets (HS256); null: there is no secret, and so no ticket. */
  ticketKey: ticketKeyOf(environment),
}));

/** An S3-compatible store of copies. */
export interface S3Settings {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly keyId: string;
  readonly secret: string;
}

/** The rules of the environment demand all four or none. */
function s3Of(environment: Environment): S3Settings | null {
  const { RECORDING_S3_ENDPOINT: endpoint, RECORDING_S3_BUCKET: bucket } = environment;
  const { RECORDING_S3_KEY_ID: keyId, RECORDING_S3_SECRET: secret } = environment;
  if (!endpoint || !bucket || !keyId || !secret) return null;
  return {
    endpoint: endpoint.replace(/\/+$/u, ''),
    bucket,
    region: environment.RECORDING_S3_REGION,
    keyId,
    secret,
  };
}

function ticketKeyOf(environment: Environment): Uint8Array | null {
  const secret = environment.TICKET_SECRET ?? authConfig(environment).jwtSecret;
  return secret === null ? null : new Uint8Array(hkdfSync('sha256', secret, '', TICKET_PURPOSE, 32));
}
