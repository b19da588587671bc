import type { ListedPresence } from '../../agents/presence/presence.service.js';
import type { WaitEdge } from '../../telephony/calls/log/call-measures.js';
import type { FigureRow } from '../rollup/figures-reader.repository.js';
import { answeredWithin, lostWithin } from '../rollup/measures.js';
import type { CallsBack, OpenCalls } from './open-calls.repository.js';
import type { BoardHourDto, BoardQueueDto, WallboardDto } from './wallboard.dto.js';

/** Up to which a lost call does not count for the service level, as `reports/kpi` has it by default. */
export const SHORT_ABANDON_SECONDS = 5;

/** What the wallboard shows, as it was read. */
export interface BoardState {
  readonly agents: readonly ListedPresence[];
  readonly open: readonly OpenCalls[];
  readonly callsBack: CallsBack;
  /** Of the day. */
  readonly total: FigureRow;
  readonly queues: readonly FigureRow[];
  readonly hours: readonly FigureRow[];
}

interface BoardTargets {
  readonly leastAnswered: number;
  readonly serviceLevelSeconds: WaitEdge;
  readonly longestRingSeconds: number;
  readonly leastFreeAgents: number;
  readonly mostCallsBack: number;
}

type Sums = FigureRow['values'];
type Shown = Omit<WallboardDto, 'at' | 'timeZone' | 'businessDay' | 'usualHours'>;

/** Figures beside their targets. */
export function boardOf(state: BoardState, targets: BoardTargets): Shown {
  const { agents, open, callsBack, total, hours } = state;
  const { serviceLevelSeconds } = targets;
  const { offered, answered, lost } = total.values;
  return {
    serviceLevelSeconds,
    ringing: {
      count: sumOf(open.map(({ ringing }) => ringing)),
      longestSince: earliest(open.map(({ longestSince }) => longestSince)),
      target: { mostSeconds: targets.longestRingSeconds },
      link: 'status=ringing&direction=inbound',
    },
    talking: { count: sumOf(open.map(({ talking }) => talking)), link: 'status=answered' },
    freeAgents: {
      count: agents.filter(({ status }) => status === 'online').length,
      of: agents.filter(({ status }) => status !== 'offline').length,
      target: { least: targets.leastFreeAgents },
    },
    stillToCallBack: {
      ...callsBack,
      target: { most: targets.mostCallsBack },
      link: 'missedUnanswered=true&rangeDays=1',
    },
    answered: {
      offered,
      answered,
      lost,
      answerRate: offered === 0 ? null : answered / offered,
      serviceLevel: serviceLevelOf(total.values, serviceLevelSeconds),
      target: { least: targets.leastAnswered },
      link: 'figure=lost&rangeDays=1',
    },
    agents: agents.map(({ userId, extension, status, reason, since, callId }) => ({
      userId,
      extension,
      status,
      reason,
      since,
      callId,
    })),
    queues: queuesOf(state, serviceLevelSeconds),
    hours: hours.map(hourOf),
  };
}

/** @param days the hours of each day; a day on which no customer called, such as a holiday, is not usual */
export function usualOf(days: readonly (readonly FigureRow[])[]): BoardHourDto[] {
  const counted = days.filter((hours) => hours.some(({ values }) => values.offered > 0));
  const sums = new Map<number, BoardHourDto>();
  for (const { hour, offered, answered, lost } of counted.flat().map(hourOf)) {
    const known = sums.get(hour) ?? { hour, offered: 0, answered: 0, lost: 0 };
    sums.set(hour, {
      hour,
      offered: known.offered + offered / counted.length,
      answered: known.answered + answered / counted.length,
      lost: known.lost + lost / counted.length,
    });
  }
  return [...sums.values()].sort((a, b) => a.hour - b.hour);
}

function queuesOf({ queues, open }: BoardState, edge: WaitEdge): BoardQueueDto[] {
  const sums = new Map(queues.map(({ key, values }) => [key === null ? null : String(key), values]));
  const ringing = new Map(open.map((calls) => [calls.queueName, calls.ringing]));
  const names = [...new Set([...sums.keys(), ...ringing.keys()])];
  return names
    .sort((a, b) => (a === null ? 1 : b === null ? -1 : a.localeCompare(b)))
    .map((queueName) => {
      const values = sums.get(queueName);
      return {
        queueName,
        ringing: ringing.get(queueName) ?? 0,
        offered: values?.offered ?? 0,
        answered: values?.answered ?? 0,
        lost: values?.lost ?? 0,
        serviceLevel: values === undefined ? null : serviceLevelOf(values, edge),
        link: new URLSearchParams({ figure: 'lost', queueName: queueName ?? '-', rangeDays: '1' }).toString(),
      };
    });
}

function hourOf({ key, values: { offered, answered, lost } }: FigureRow): BoardHourDto {
  return { hour: Number(key), offered, answered, lost };
}

function serviceLevelOf(sums: Sums, edge: WaitEdge): number | null {
  const base = sums.offered - sums[lostWithin(SHORT_ABANDON_SECONDS)];
  return base === 0 ? null : sums[answeredWithin(edge)] / base;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function earliest(times: readonly (Date | null)[]): Date | null {
  return times.reduce(
    (first, time) => (time !== null && (first === null || time < first) ? time : first),
    null,
  );
}
