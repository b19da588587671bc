import { randomUUID } from 'node:crypto';
import { Clock } from '../common/time/clock.js';
import { ConfigurationError } from '../config/configuration-error.js';
import type { Configuration } from '../config/configuration.js';
import { pathOf, routeOf } from '../modules/telephony/webhooks/webhook-address.js';
import { WebhookVerification } from '../modules/telephony/webhooks/ingress/webhook-verification.js';
import { type CommandResult, readArguments, resultOf, UsageError } from './command.js';

const USAGE = `Signs a webhook as the PBX does, with the newest secret of BRACKNET_WEBHOOK_SECRET, and prints its headers
and a curl line that posts it.

  npm run -s sign -- '{"event":"call_ended","bracknet_call_id":"BN-CALL-456789","duration":135}'

  --id <id>        id of the delivery: 1 to 128 letters, digits, _ and - (a new one)
  --time <seconds> Unix time of the signature, ten digits (now)
  --url <url>      where the service is (http://localhost and PORT)
  --help           this text

The address is that of the event; of an event without one of its own, the one-shot address.
`;

/**
 * The command `sign`: what it prints for these arguments.
 *
 * @param loadConfiguration called only when the arguments are right
 */
export function signCommand(args: string[], loadConfiguration: () => Configuration): Promise<CommandResult> {
  return resultOf(() => {
    const typed = readSignArguments(args);
    return typed.values.help ? USAGE : sign(typed, loadConfiguration);
  }, 'npm run -s sign -- --help');
}

/** @throws {UsageError} */
function readSignArguments(args: string[]) {
  return readArguments({
    args,
    allowPositionals: true,
    options: {
      id: { type: 'string' },
      time: { type: 'string' },
      url: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}

function pathOfJson(body: string): string {
  try {
    return pathOf(routeOf(JSON.parse(body)));
  } catch {
    throw new UsageError('The payload must be JSON, in single quotes so that the shell leaves it alone');
  }
}

function sign(
  { values: { id, time, url }, positionals }: ReturnType<typeof readSignArguments>,
  loadConfiguration: () => Configuration,
): string {
  const [body, ...rest] = positionals;
  if (body === undefined || rest.length > 0) throw new UsageError('Give one payload, in single quotes');
  const path = pathOfJson(body);
  if (id !== undefined && !/^[\w-]{1,128}$/.test(id)) {
    throw new UsageError('--id must be 1 to 128 letters, digits, _ and -');
  }
  if (time !== undefined && !/^\d{10}$/.test(time)) {
    throw new UsageError('--time must be Unix seconds in ten digits, such as --time 1767436345');
  }
  if (url !== undefined && !/^https?:\/\/[^\s'"]+$/.test(url)) {
    throw new UsageError('--url must be an http(s):// address, such as --url https://crm.example.com');
  }
  const { http, webhooks } = loadConfiguration();
  const headers = new WebhookVerification(webhooks, new Clock()).sign(
    id ?? `msg_${randomUUID()}`,
    time === undefined ? Math.floor(Date.now() / 1000) : Number(time),
    Buffer.from(body),
  );
  if (headers === null) {
    throw new ConfigurationError(['BRACKNET_WEBHOOK_SECRET must be set: there is nothing to sign with']);
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const base = (url ?? `http://localhost:${http.port}`).replace(/\/+$/, '');
  return [...lines, '', ...curlOf(`${base}${path}`, lines, body), ''].join('\n');
}

function curlOf(address: string, headers: string[], body: string): string[] {
  return [
    `curl -X POST "${address}" \\`,
    ...['Content-Type: application/json', ...headers].map((header) => `  -H "${header}" \\`),
    `  --data-binary '${body.replaceAll("'", String.raw`'\''`)}'`,
  ];
}
