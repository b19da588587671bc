import type { ComponentChildren } from 'preact';
import { formatDuration, formatNumber, formatPercent, formatTime } from '../../i18n/format.js';
import type { Board } from './types.js';
import { boardWords } from './words.js';

export function secondsSince(at: string, now: number): number {
  return (now - Date.parse(at)) / 1000;
}

/** Five; all but one have a target. Not by colour alone: a sign and words say whether it is reached. */
export function BoardFigures({ board, at }: { readonly board: Board; readonly at: number }) {
  const t = boardWords();
  const { ringing, talking, freeAgents, stillToCallBack, answered } = board;
  const longest = ringing.longestSince === null ? 0 : secondsSince(ringing.longestSince, at);
  const { answerRate } = answered;
  return (
    <ul class="board-figures" aria-label={t.figures}>
      <Figure
        title={t.ringing}
        value={
          <CallsLink title={t.ringing} of={ringing.link}>
            {formatNumber(ringing.count)}
          </CallsLink>
        }
        more={ringing.count === 0 ? null : t.longest(formatDuration(longest))}
        isReached={longest <= ringing.target.mostSeconds}
        target={t.targetAtMostTime(formatDuration(ringing.target.mostSeconds))}
      />
      <Figure
        title={t.talking}
        value={
          <CallsLink title={t.talking} of={talking.link}>
            {formatNumber(talking.count)}
          </CallsLink>
        }
      />
      <Figure
        title={t.free}
        value={formatNumber(freeAgents.count)}
        more={t.ofAgents(formatNumber(freeAgents.of))}
        isReached={freeAgents.count >= freeAgents.target.least}
        target={t.targetAtLeast(formatNumber(freeAgents.target.least))}
      />
      <Figure
        title={t.callBack}
        value={
          <CallsLink title={t.callBack} of={stillToCallBack.link}>
            {formatNumber(stillToCallBack.count)}
          </CallsLink>
        }
        more={stillToCallBack.oldestAt === null ? null : t.oldest(formatTime(stillToCallBack.oldestAt))}
        isReached={stillToCallBack.count <= stillToCallBack.target.most}
        target={t.targetAtMost(formatNumber(stillToCallBack.target.most))}
      />
      <Figure
        title={t.answered}
        value={answerRate === null ? '–' : formatPercent(answerRate)}
        more={answerRate === null ? t.nothingYet : <OutcomesOfToday of={board} />}
        {...(answerRate !== null && { isReached: answerRate >= answered.target.least })}
        target={t.targetAtLeast(formatPercent(answered.target.least))}
      />
    </ul>
  );
}

interface CallsLinkProps {
  /** Query of the call log. */
  readonly of: string;
  /** Of a number that does not say what it counts. */
  readonly title?: string;
  readonly children: string;
}

function CallsLink({ of: calls, title, children }: CallsLinkProps) {
  return (
    <a
      href={`#/calls?${calls}`}
      aria-label={title === undefined ? undefined : boardWords().opens(children, title)}
    >
      {children}
    </a>
  );
}

function OutcomesOfToday({ of: { answered, serviceLevelSeconds } }: { readonly of: Board }) {
  const t = boardWords();
  const { serviceLevel } = answered;
  return (
    <>
      {t.ofCalls(formatNumber(answered.answered), formatNumber(answered.offered))},{' '}
      <CallsLink of={answered.link}>{t.lost(formatNumber(answered.lost))}</CallsLink>
      {serviceLevel !== null &&
        `, ${t.inTime(formatPercent(serviceLevel), formatNumber(serviceLevelSeconds))}`}
    </>
  );
}

interface FigureProps {
  readonly title: string;
  readonly value: ComponentChildren;
  readonly more?: ComponentChildren;
  /** Not given: it has no target, or nothing that could reach it. */
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
