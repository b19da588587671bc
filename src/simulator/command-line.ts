import { parseArgs } from 'node:util';
import { EVENT_NAMES } from './webhooks/events.js';
import { Refusal } from './http/refusal.js';
import { INBOUND_SCENARIOS, OUTBOUND_SCENARIOS } from './scenario.js';
import { DEFAULT_BEHAVIOUR, readBehaviour } from './settings.js';
import { DEFAULT_OPTIONS, type SimulatorOptions } from './simulator.js';
import { SIGNATURE_PROFILES, type Signer, signerOf, unsigned } from './webhooks/signer.js';
import { START_ANSWERS } from './start-answer.js';

export const HELP = `A simulated Bracknet PBX: takes the contract's start, hangup and transfer, and posts the webhooks
of each call's life to the CRM.

Usage: npm run simulator -- [flags]

  --port <n>               port to listen on, 0 for any free one (${DEFAULT_OPTIONS.port})
  --key <key>              bearer key every request must carry (${DEFAULT_OPTIONS.key})
  --crm-url <url>          where webhooks go (${DEFAULT_OPTIONS.crmUrl})
  --secret <secret>        secret to sign webhooks with, whsec_ and base64, or text (they are not signed)
  --profile <name>         how they are signed: ${SIGNATURE_PROFILES.join(', ')} (${SIGNATURE_PROFILES[0]})
  --help                   this text

What becomes of a call (POST /behaviour changes these while it runs):
  --scenario <name>        of calls begun by start (${DEFAULT_BEHAVIOUR.scenario}):
                           ${OUTBOUND_SCENARIOS.join(', ')}
                           hung-up stays connected until /api/call/hangup
  --talk-seconds <n>       simulated talk time, not waited for (${DEFAULT_BEHAVIOUR.talkSeconds})
  --transfer-to <ext>      who takes over in the transferred scenario (${DEFAULT_BEHAVIOUR.transferTo})
  --answer <kind>          how start is answered (${DEFAULT_BEHAVIOUR.answer}):
                           ${START_ANSWERS.join(', ')}
                           webhooks follow ok, slow, callId and id alone
  --slow-ms <n>            real milliseconds until the slow answer (${DEFAULT_BEHAVIOUR.slowMs})

How the CRM hears of it:
  --one-shot               post everything to the one-shot route, and ringing with it
  --delay-ms <n>           real milliseconds between webhooks (${DEFAULT_BEHAVIOUR.delayMs})
  --duplicate <n>          post each event n times (${DEFAULT_BEHAVIOUR.duplicate})
  --shuffle                post them out of order
  --drop <what>            leave events out: a chance such as 0.2, or names with commas between, out of
                           ${EVENT_NAMES.slice(0, 3).join(', ')},
                           ${EVENT_NAMES.slice(3).join(', ')}
  --seed <n>               same seed, same order and same drops (a fresh one for each call)
  --event-before-answer    post the first webhook before start is answered
  --echo-crm-call-id       add start's crm_call_id to each event

Routes beside the contract's, with the same key:
  POST /simulate           begin a call: {"scenario", "from"?, "to_extension"?, "wait"?, and any of the above
                           in camelCase}; scenario may also be
                           ${INBOUND_SCENARIOS.join(', ')}
  GET|POST|DELETE /behaviour   read, change, reset what is set by the flags above
  GET|DELETE /log          every call-control request and every webhook so far

Examples:
  npm run simulator
  npm run simulator -- --scenario busy --delay-ms 2000
  npm run simulator -- --secret "$BRACKNET_WEBHOOK_SECRET"
  npm run simulator -- --one-shot --duplicate 2 --shuffle --seed 7
  curl -X POST http://127.0.0.1:${DEFAULT_OPTIONS.port}/simulate -H "Authorization: Bearer ${DEFAULT_OPTIONS.key}" \\
    -d '{"scenario":"inbound-missed","from":"01712345678","to_extension":"201","wait":true}'
`;

const BEHAVIOUR_FLAGS = Object.entries(DEFAULT_BEHAVIOUR).map(([name, value]) => ({
  name,
  flag: name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  type: typeof value === 'boolean' ? ('boolean' as const) : ('string' as const),
}));

/** Parses the flags; null for --help. @throws {Error} naming an invalid flag */
export function readCommandLine(args: string[]): Omit<SimulatorOptions, 'print'> | null {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      port: { type: 'string', default: String(DEFAULT_OPTIONS.port) },
      key: { type: 'string', default: DEFAULT_OPTIONS.key },
      'crm-url': { type: 'string', default: DEFAULT_OPTIONS.crmUrl },
      secret: { type: 'string' },
      profile: { type: 'string', default: SIGNATURE_PROFILES[0] },
      ...Object.fromEntries(BEHAVIOUR_FLAGS.map(({ flag, type }) => [flag, { type }])),
    },
  });
  if (values.help) return null;
  const given = new Map(Object.entries(values));
  const behaviour = BEHAVIOUR_FLAGS.filter(({ flag }) => given.has(flag)).map(({ name, flag }) => [
    name,
    given.get(flag),
  ]);
  return {
    port: readPort(values.port),
    key: values.key,
    crmUrl: readUrl(values['crm-url']),
    sign: readSigner(values.profile, values.secret),
    behaviour: readBehaviour(Object.fromEntries(behaviour), DEFAULT_BEHAVIOUR),
  };
}

function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new Refusal(400, '--port must be a number from 0 to 65535');
  }
  return Number(text);
}

function readUrl(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new Refusal(400, '--crm-url must be an http or https address');
  }
  return text;
}

function readSigner(profile: string, secret: string | undefined): Signer {
  const known = SIGNATURE_PROFILES.find((name) => name === profile);
  if (known === undefined) {
    throw new Refusal(400, `--profile must be ${SIGNATURE_PROFILES.join(' or ')}`);
  }
  return secret === undefined ? unsigned : signerOf(known, secret);
}
