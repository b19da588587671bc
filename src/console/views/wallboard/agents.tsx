import { formatCount, formatDuration } from '../../i18n/format.js';
import { shell } from '../../i18n/shell.js';
import { supervisorWords } from '../../i18n/supervisor.js';
import { Empty } from '../../parts/states.js';
import { secondsSince } from './figures.js';
import type { BoardAgent } from './types.js';
import { boardWords } from './words.js';

const ORDER = ['on_call', 'online', 'break', 'offline'];

/** Who is there and since when in his status, those on a call first; of the others only how many they are. */
export function BoardAgents({ agents, at }: { readonly agents: readonly BoardAgent[]; readonly at: number }) {
  const t = boardWords();
  const there = agents
    .filter(({ status }) => status !== 'offline')
    .sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || a.userId - b.userId);
  const away = agents.length - there.length;
  const reasons: Partial<Record<string, string>> = shell().reasons;
  return (
    <section class="board-part" aria-labelledby="board-agents">
      <h2 id="board-agents">
        {t.agents} {away > 0 && <span class="small">{formatCount(away, t.offline)}</span>}
      </h2>
      {there.length === 0 && (
        <Empty title={t.noAgents}>
          <p>{t.noAgentsHint}</p>
        </Empty>
      )}
      <ul class="board-agents">
        {there.map(({ userId, extension, status, reason, since }) => (
          <li key={userId} class={`board-agent is-${status}`}>
            <span class={`dot is-${status}`} aria-hidden="true" />
            <span class="board-name">
              {supervisorWords().user(userId)}
              {extension !== null && <span class="small"> {shell().extension(extension)}</span>}
            </span>
            <span>
              {t.statuses[status]}
              {reason !== null && `: ${reasons[reason] ?? reason}`}
            </span>
            <span class="board-time">{since === null ? '' : formatDuration(secondsSince(since, at))}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
