import { useEffect, useMemo, useRef } from 'preact/hooks';
import { formatTimeOfDay } from '../../i18n/format.js';
import { shell } from '../../i18n/shell.js';
import { now } from '../../live/clock.js';
import { isLive } from '../../live/telephony.js';
import { ErrorNote } from '../../parts/error-note.js';
import { Loading } from '../../parts/states.js';
import { BoardAgents } from './agents.js';
import { BoardReader } from './board-reader.js';
import { BoardFigures } from './figures.js';
import { LiveCalls } from './live-calls.js';
import { boardWords } from './words.js';
import './wallboard.css';

/** How it is at the desk now, to be seen from afar. */
export function Wallboard() {
  const t = boardWords();
  const element = useRef<HTMLDivElement>(null);
  const reader = useMemo(() => new BoardReader(), []);
  useEffect(() => {
    reader.start();
    return () => reader.stop();
  }, [reader]);
  const at = now.value;
  const { board, error } = reader.state.value;
  const isOld = reader.isStale(Date.now()) || !isLive.value;
  // The times of what is old do not run on.
  const shownAt = isOld && board !== null ? Date.parse(board.at) : at;
  return (
    <div ref={element} class={isOld ? 'wallboard is-old' : 'wallboard'}>
      <header class="board-head">
        <h1>{shell().wallboard}</h1>
        <button type="button" class="button" onClick={() => void element.current?.requestFullscreen()}>
          {t.fullScreen}
        </button>
      </header>
      <p class="board-age" role="status">
        {isOld && board !== null && t.asOf(formatTimeOfDay(board.at))}
      </p>
      {board === null && error === null && <Loading lines={8} />}
      {board === null && error !== null && <ErrorNote error={error} onRetry={() => void reader.ask()} />}
      {board !== null && (
        <>
          <BoardFigures board={board} at={shownAt} />
          <div class="board-parts">
            <BoardAgents agents={board.agents} at={shownAt} />
            <LiveCalls at={shownAt} />
          </div>
        </>
      )}
    </div>
  );
}
