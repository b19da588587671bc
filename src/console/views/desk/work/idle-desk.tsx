import { formatNumber } from '../../../i18n/format.js';
import { Empty, Shown } from '../../../parts/states.js';
import { TrialCall } from '../trial-call.js';
import { due, type DueTask } from './due.js';
import { DueTasks } from './due-tasks.js';
import { workWords } from './work-words.js';

const isMissed = ({ callReason }: DueTask): boolean => callReason === 'missed_call';

/** What is to be done while there is no call. */
export function IdleDesk() {
  const t = workWords();
  return (
    <div class="desk is-idle">
      <section class="card call-card stack">
        <Empty title={t.noCall}>
          <p>{t.noCallHint}</p>
        </Empty>
        <TrialCall />
      </section>
      <List id="missed" title={t.missed} empty={t.missedEmpty} hint={t.missedEmptyHint} has={isMissed} />
      <List
        id="tasks"
        title={t.tasks}
        empty={t.tasksEmpty}
        hint={t.tasksEmptyHint}
        has={(task) => !isMissed(task)}
      />
    </div>
  );
}

interface ListProps {
  readonly id: string;
  readonly title: string;
  readonly empty: string;
  readonly hint: string;
  readonly has: (task: DueTask) => boolean;
}

function List({ id, title, empty, hint, has }: ListProps) {
  const count = due.state.value.value?.filter(has).length ?? 0;
  return (
    <section class="card stack" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>
        {title} {count > 0 && <span class="count">{formatNumber(count)}</span>}
      </h2>
      <Shown of={due} lines={5}>
        {(tasks) => {
          const shown = tasks.filter(has);
          return shown.length === 0 ? (
            <Empty title={empty}>
              <p>{hint}</p>
            </Empty>
          ) : (
            <DueTasks tasks={shown} />
          );
        }}
      </Shown>
    </section>
  );
}
