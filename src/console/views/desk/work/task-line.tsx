import { formatDay } from '../../../i18n/format.js';
import { workWords } from './work-words.js';

export interface TaskFacts {
  readonly callReason: string | null;
  readonly priority: string | null;
  readonly taskDate: string;
  readonly status: string;
}

/** A word of the CRM in the language of the page where it is known, else as the CRM has it. */
function wordOf(words: Partial<Record<string, string>>, word: string): string {
  return words[word] ?? word.replaceAll('_', ' ');
}

export function TaskLine({ task: { callReason, priority, taskDate, status } }: { readonly task: TaskFacts }) {
  const t = workWords();
  return (
    <span class="row task-line">
      <span>{callReason === null ? t.task : wordOf(t.reasons, callReason)}</span>
      {priority !== null && (
        <span class={`badge is-${priority}`}>
          {priority === 'hot' && '▲ '}
          {wordOf(t.priorities, priority)}
        </span>
      )}
      <span class="small">
        {formatDay(taskDate)}
        {status === 'in_progress' && ` · ${t.inProgress}`}
      </span>
    </span>
  );
}
