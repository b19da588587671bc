import type { TimeSource } from '../call-event.js';
import type { Direction, Disposition } from '../call-vocabulary.js';
import {
  type CallFacts,
  type InferredEndFact,
  type OriginFact,
  type Report,
  reportsOf,
} from './call-facts.js';
import { classOfWord } from './end-reason.js';
import { compareReports, merge } from './merge.js';

interface EarlierStamp {
  readonly at: string;
  readonly source: TimeSource | 'crm';
}

interface EarlierAgent {
  readonly extension: string;
  readonly at: string;
  readonly evidence: 'answered' | 'rang' | 'mentioned';
}

interface Dated<T> {
  readonly value: T;
  readonly at: string;
}

/** Facts as versions before the reports stored them: of each fact the one report that held. */
export interface EarlierFacts {
  readonly seen?: EarlierStamp;
  readonly alive?: string;
  readonly direction?: { readonly value: Direction; readonly evidence: 'start' | 'event' | 'guess' };
  readonly rang?: EarlierStamp;
  readonly rungExtensions?: readonly string[];
  readonly customer?: { readonly phone: string; readonly e164: string | null; readonly at: string };
  readonly agent?: EarlierAgent;
  readonly answered?: EarlierStamp;
  readonly firstAgent?: EarlierAgent;
  readonly ended?: EarlierStamp;
  readonly missed?: Readonly<
    Record<string, EarlierStamp & { readonly extension: string | null; readonly unnamed?: true }>
  >;
  readonly endReason?: { readonly text: string };
  readonly talkClaimed?: true;
  readonly durationSeconds?: number;
  readonly recording?: { readonly url: string; readonly durationSeconds: number | null; readonly at: string };
  readonly queueName?: Dated<string>;
  readonly trunkName?: Dated<string>;
  readonly waitSeconds?: Dated<number>;
  readonly holdSeconds?: Dated<number>;
  readonly disposition?: Dated<Disposition>;
}

const EARLIER: ReadonlySet<string> = new Set<keyof Required<EarlierFacts>>([
  'seen',
  'alive',
  'direction',
  'rang',
  'rungExtensions',
  'customer',
  'agent',
  'answered',
  'firstAgent',
  'ended',
  'missed',
  'endReason',
  'talkClaimed',
  'durationSeconds',
  'recording',
  'queueName',
  'trunkName',
  'waitSeconds',
  'holdSeconds',
  'disposition',
]);

/** Whether stored facts have the form of versions before the reports. */
export function isEarlierForm(stored: CallFacts & EarlierFacts): boolean {
  return Object.keys(stored).some((fact) => EARLIER.has(fact));
}

/** Stored facts in their present form. Facts that neither form knows are those of a later version, and are kept. */
export function presentFacts(stored: CallFacts & EarlierFacts): CallFacts {
  if (!isEarlierForm(stored)) return stored;
  const entries = Object.entries(stored);
  const present: CallFacts = Object.fromEntries(entries.filter(([fact]) => !EARLIER.has(fact)));
  return merge(present, reportsOfEarlier(stored));
}

/**
 * The facts of a row that was written before it was stored who started the call: the column tells. Of a row whose reports
 * are stamped, the column may be who held an extension.
 */
export function withAgentOfRow(facts: CallFacts, agentUserId: number | null): CallFacts {
  if (facts.agentUserId !== undefined || agentUserId === null) return facts;
  const isStamped = reportsOf(facts).some(({ userId }) => userId !== undefined);
  return isStamped && facts.origin?.kind !== 'start' ? facts : { ...facts, agentUserId };
}

function reportsOfEarlier(facts: EarlierFacts & { inferredEnd?: InferredEndFact }): CallFacts {
  const { customer, seen } = facts;
  const origin = originOf(facts);
  const caller =
    customer === undefined || origin !== null
      ? {}
      : { phone: customer.phone, ...(customer.e164 !== null && { e164: customer.e164 }) };
  const [first, ...others] = [...ringsOf(facts), ...answersOf(facts), ...missesOf(facts), ...endsOf(facts)];
  const reports: Report[] = first === undefined ? [] : [{ ...first, ...caller }, ...others];
  const { recording } = facts;
  if (recording !== undefined) {
    reports.push({
      ...report('recording', { at: recording.at, source: 'received' }),
      recordingUrl: recording.url,
      ...(recording.durationSeconds !== null && { recordingDurationSeconds: recording.durationSeconds }),
    });
  }
  const isUnreported = origin === null && reports.length === 0 && seen !== undefined;
  if (isUnreported) reports.push({ ...report('ringing', seen), ...caller });
  return { ...(origin && { origin }), ...(reports.length > 0 && { reports: reports.sort(compareReports) }) };
}

function report(type: Report['type'], { at, source }: EarlierStamp, extension: string | null = null): Report {
  return { type, at, source, receivedAt: at, ...(extension !== null && { extension }) };
}

function originOf({ direction, seen, customer, agent }: EarlierFacts): OriginFact | null {
  if (direction?.evidence !== 'start') return null;
  return {
    kind: seen?.source === 'crm' ? 'start' : 'former',
    at: seen?.at ?? customer?.at ?? '',
    direction: direction.value,
    phone: customer?.phone ?? '',
    e164: customer?.e164 ?? null,
    extension: agent?.extension ?? null,
  };
}

function ringsOf({ rang, rungExtensions = [], direction }: EarlierFacts): Report[] {
  if (rang === undefined) return [];
  const type = direction?.evidence === 'event' ? 'incoming' : 'ringing';
  return (rungExtensions.length === 0 ? [null] : rungExtensions).map((extension) =>
    report(type, rang, extension),
  );
}

function answersOf({ answered, firstAgent, agent }: EarlierFacts): Report[] {
  if (answered === undefined) return [];
  const named = [firstAgent, agent].filter((other) => other?.evidence === 'answered');
  const answers = named.map((other) =>
    report('answered', { at: other?.at ?? answered.at, source: answered.source }, other?.extension),
  );
  const isNamed = named.some((other) => other?.at === answered.at);
  return isNamed ? answers : [report('answered', answered), ...answers];
}

function missesOf({ missed = {} }: EarlierFacts): Report[] {
  return Object.values(missed).map(({ extension, unnamed, ...stamp }) => ({
    ...report('missed', stamp, extension),
    ...(unnamed && { unnamed }),
  }));
}

function endsOf(facts: EarlierFacts): Report[] {
  const { ended, endReason, talkClaimed, disposition, durationSeconds } = facts;
  if (ended === undefined) return [];
  const claimsTalk = talkClaimed === true && classOfWord(endReason?.text ?? '') !== 'talk';
  const word = disposition?.value ?? (claimsTalk ? 'completed' : undefined);
  return [
    {
      ...report('ended', ended),
      ...(endReason && { endReason: endReason.text }),
      ...(durationSeconds !== undefined && { durationSeconds }),
      ...(word && { disposition: word }),
      ...(facts.queueName && { queueName: facts.queueName.value }),
      ...(facts.trunkName && { trunkName: facts.trunkName.value }),
      ...(facts.waitSeconds && { waitSeconds: facts.waitSeconds.value }),
      ...(facts.holdSeconds && { holdSeconds: facts.holdSeconds.value }),
    },
  ];
}
