import { useId } from 'preact/hooks';
import { formatDay } from '../../../i18n/format.js';
import type { PopTask } from '../customer/pop.js';
import { workWords } from '../work/work-words.js';
import type { DraftStore } from './drafts.js';
import { noteWords } from './note-words.js';

interface TaskChoiceProps {
  readonly store: DraftStore;
  readonly tasks: readonly PopTask[];
  readonly callTaskId: number | null;
  readonly taskId: number | null;
  readonly isDone: boolean;
}

/** To which task the note is written, and whether that one is done. */
export function TaskChoice({ store, tasks, callTaskId, taskId, isDone }: TaskChoiceProps) {
  const t = noteWords();
  const words = workWords();
  const reasons: Partial<Record<string, string>> = words.reasons;
  const field = useId();
  const isListed = tasks.some(({ id }) => id === callTaskId);
  return (
    <div class="stack-tight">
      <div>
        <label for={field}>{t.task}</label>
        <select
          id={field}
          class="field"
          value={taskId ?? ''}
          onChange={({ currentTarget: { value } }) =>
            store.change({ taskId: value === '' ? null : Number(value) })
          }
        >
          <option value="">{t.noTask}</option>
          {callTaskId !== null && !isListed && <option value={callTaskId}>{words.task}</option>}
          {tasks.map(({ id, callReason, taskDate }) => (
            <option key={id} value={id}>
              {`${reasons[callReason ?? ''] ?? callReason ?? words.task}, ${formatDay(taskDate)}`}
            </option>
          ))}
        </select>
      </div>
      {taskId !== null && (
        <label class="check">
          <input
            type="checkbox"
            checked={isDone}
            onChange={({ currentTarget }) => store.change({ isDone: currentTarget.checked })}
          />
          <span>{t.isDone}</span>
        </label>
      )}
    </div>
  );
}
