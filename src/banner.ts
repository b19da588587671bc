import { API_DOCS_PATH } from './api-docs.js';
import { CONSOLE_PATH, findConsole } from './common/browser/console-pages.js';
import type { Configuration } from './config/configuration.js';
import { describeDatabase } from './database/database-server.js';
import { issueToken } from './modules/auth/issue-token.js';
import type { VerificationSummary } from './modules/telephony/webhooks/ingress/webhook-verification.js';

/** Agent of the development token; the same as in the contract's examples. */
const DEVELOPMENT_AGENT = { userId: 7, role: 'agent', extension: '201' };

/** What the service says of itself when it is ready. */
export interface ServiceFacts {
  readonly address: string;
  readonly database: string;
  readonly mode: string;
  readonly metrics: string;
  readonly webhooks: string;
}

export function factsOf(
  configuration: Configuration,
  verification: VerificationSummary,
  listeningAt: string,
): ServiceFacts {
  return {
    address: listeningAt,
    database: describeDatabase(configuration),
    mode: modeOf(configuration),
    metrics: metricsOf(configuration),
    webhooks: webhooksOf(verification),
  };
}

/**
 * Text printed when the service is ready, outside of production: its address, its settings, and with a development token the
 * link to the console and a curl command to try it.
 */
export async function banner(
  configuration: Configuration,
  { address, database, mode, metrics, webhooks }: ServiceFacts,
): Promise<string> {
  const url = address.replace(/127\.0\.0\.1|0\.0\.0\.0|\[::1?\]/u, 'localhost');
  const token = await developmentToken(configuration);
  const facts: [string, string][] = [
    ['address', url],
    ...(configuration.http.apiDocs ? [['API docs', `${url}/${API_DOCS_PATH}`] as [string, string]] : []),
    ['database', database],
    ['mode', mode],
    ['metrics', metrics],
    ['webhooks', webhooks],
    ...(token === null
      ? []
      : [['token', `agent 7 at extension 201, for 24 hours (development only)`] as [string, string]]),
    ...configuration.app.warnings.map((warning): [string, string] => ['warning', warning]),
  ];
  return [
    '',
    'TrustCart Telephony is ready',
    ...facts.map(([name, fact]) => `  ${name.padEnd(9)} ${fact}`),
    ...(token === null ? [] : ['', ...consoleLine(url, token), `TOKEN=${token}`, '', ...startLine(url)]),
    '',
    '',
  ].join('\n');
}

function modeOf({ bracknet }: Configuration): string {
  return bracknet.mode === 'live'
    ? `live: calls are placed through ${new URL(bracknet.baseUrl ?? '').host}`
    : 'mock: no PBX is asked, and no call leaves this machine';
}

function metricsOf({ metrics: { port, host, token } }: Configuration): string {
  if (port === null) {
    return token === null
      ? 'not served: neither METRICS_PORT nor METRICS_TOKEN is set'
      : '/metrics, by METRICS_TOKEN';
  }
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${port}/metrics`;
  return `${address}${token === null ? '' : ', by METRICS_TOKEN'}`;
}

function webhooksOf({ mode, profile, keyIds, allowedAddresses }: VerificationSummary): string {
  const from = allowedAddresses.length === 0 ? 'anyone' : allowedAddresses.join(', ');
  if (mode === 'off') return `accepted from ${from}: signatures are not verified`;
  const keys = `${profile} signatures, ${keyIds.length === 1 ? 'key' : 'keys'} ${keyIds.join(', ')}`;
  return mode === 'enforce'
    ? `accepted from ${from} with ${keys}`
    : `accepted from ${from}: ${keys}, are counted but not enforced`;
}

async function developmentToken({ app: { environment }, auth }: Configuration): Promise<string | null> {
  const { jwtSecret, issuer, audience } = auth;
  if (environment === 'production' || jwtSecret === null) return null;
  return issueToken({ jwtSecret, issuer, audience }, DEVELOPMENT_AGENT);
}

/** With the token in the fragment, which browsers send to no server. */
function consoleLine(url: string, token: string): string[] {
  return findConsole() === null ? [] : [`The console: ${url}${CONSOLE_PATH}#token=${token}`, ''];
}

function startLine(url: string): string[] {
  return [
    `curl -X POST "${url}/api/call/start" \\`,
    `  -H "Authorization: Bearer $TOKEN" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '{"agent_extension":"201","agent_id":"A102","customer_number":"01700000000","caller_id":"TrustCart","call_type":"outbound","crm_call_id":"CRM-CALL-987654"}'`,
  ];
}
