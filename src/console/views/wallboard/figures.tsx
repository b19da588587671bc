import type { ComponentChildren } from 'preact';
import { formatDuration, formatNumber, formatPercent, formatTime } from '../../i18n/format.js';
import type { Board } from './types.js';
import { boardWords } from './words.js';

/** Where the service names no target. */
const LONGEST_RING_S = 30;
const LEAST_FREE = 1;
const MOST_TO_CALL_BACK = 0;
const LEAST_ANSWERED = 0.8;

export function secondsSince(at: string, now: number): number {
  return (now - Date.parse(at)) / 1000;
}

/** Five, each with its target. Not by colour alone: a sign and words say whether it is reached. */
export function BoardFigures({ board, at }: { readonly board: Board; readonly at: number }) {
  const t = boardWords();
  const { ringing, talking, freeAgents, stillToCallBack, answered } = board;
  const longest = ringing.longestSince === null ? 0 : secondsSince(ringing.longestSince, at);
  const mostRing = ringing.target?.mostSeconds ?? LONGEST_RING_S;
  const leastFree = freeAgents.target?.least ?? LEAST_FREE;
  const mostBack = stillToCallBack.target?.most ?? MOST_TO_CALL_BACK;
  const leastAnswered = answered.target?.least ?? LEAST_ANSWERED;
  const { answerRate, serviceLevel } = answered;
  return (
    <ul class="board-figures" aria-label={t.figures}>
      <Figure
        title={t.ringing}
        value={formatNumber(ringing.count)}
        more={ringing.count === 0 ? null : t.longest(formatDuration(longest))}
        isReached={longest <= mostRing}
        target={t.targetAtMostTime(formatDuration(mostRing))}
      />
      <Figure title={t.talking} value={formatNumber(talking.count)} />
      <Figure
        title={t.free}
        value={formatNumber(freeAgents.count)}
        more={t.ofAgents(formatNumber(freeAgents.of))}
        isReached={freeAgents.count >= leastFree}
        target={t.targetAtLeast(formatNumber(leastFree))}
      />
      <Figure
        title={t.callBack}
        value={<a href={`#/calls?${stillToCallBack.link}`}>{formatNumber(stillToCallBack.count)}</a>}
        more={stillToCallBack.oldestAt === null ? null : t.oldest(formatTime(stillToCallBack.oldestAt))}
        isReached={stillToCallBack.count <= mostBack}
        target={t.targetAtMost(formatNumber(mostBack))}
      />
      <Figure
        title={t.answered}
        value={
          answerRate === null ? '–' : <a href={`#/calls?${answered.link}`}>{formatPercent(answerRate)}</a>
        }
        more={
          answerRate === null
            ? t.nothingYet
            : [
                t.ofCalls(formatNumber(answered.answered), formatNumber(answered.offered)),
                serviceLevel === null
                  ? []
                  : t.inTime(formatPercent(serviceLevel), formatNumber(board.serviceLevelSeconds)),
              ]
                .flat()
                .join(', ')
        }
        isReached={answerRate === null || answerRate >= leastAnswered}
        target={t.targetAtLeast(formatPercent(leastAnswered))}
      />
    </ul>
  );
}

interface FigureProps {
  readonly title: string;
  readonly value: ComponentChildren;
  readonly more?: string | null;
  /** Not given: it has no target. */
  readonly isReached?: boolean;
  readonly target?: string;
}

function Figure({ title, value, more = null, isReached, target }: FigureProps) {
  const t = boardWords();
  const kind = isReached === undefined ? 'plain' : isReached ? 'good' : 'danger';
  return (
    <li class={`board-figure card is-${kind}`}>
      <span class="board-title">{title}</span>
      <span class="board-value">{value}</span>
      <span class="board-more small">{more}</span>
      {isReached !== undefined && (
        <span class="board-target">
          <span aria-hidden="true">{isReached ? '✓' : '▲'}</span> {isReached ? t.reached : t.missed}
          <span class="small">: {target}</span>
        </span>
      )}
    </li>
  );
}
