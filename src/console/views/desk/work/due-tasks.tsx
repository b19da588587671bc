import { api } from '../../../api/api.js';
import { Button } from '../../../parts/button.js';
import { moveByArrows } from '../../../parts/move-by-arrows.js';
import { dialled, Phone } from '../../../parts/phone.js';
import { say } from '../../../parts/toasts.js';
import type { DueTask } from './due.js';
import { TaskLine } from './task-line.js';
import { workWords } from './work-words.js';

/** Ids of customers have fewer digits. */
const SHORTEST_NUMBER = 9;

/** A task is called with one click: the service knows its number. */
export function DueTasks({ tasks }: { readonly tasks: readonly DueTask[] }) {
  return (
    <ul class="lines" onKeyDown={moveByArrows}>
      {tasks.map((task) => (
        <Due key={task.id} task={task} />
      ))}
    </ul>
  );
}

function Due({ task }: { readonly task: DueTask }) {
  const t = workWords();
  const { id, customerName, customerNumber, customerId, callReason, notes } = task;
  const word = callReason === 'missed_call' ? t.callBack : t.call;
  // The CRM has an id of its customer there, or a number as somebody typed it.
  const unnamed = customerNumber ?? (customerId.length < SHORTEST_NUMBER ? null : customerId);
  const who = customerName ?? (unnamed === null ? t.customer(customerId) : dialled(unnamed));
  const call = async (): Promise<void> => {
    await api.post('telephony/calls/initiate', { taskId: id }, { asksPbx: true });
    say(t.calling);
  };
  return (
    <li class="due">
      <div class="grow stack-tight">
        <strong>{customerName ?? (unnamed === null ? who : <Phone number={unnamed} />)}</strong>
        {customerName !== null && customerNumber !== null && (
          <span class="small">
            <Phone number={customerNumber} />
          </span>
        )}
        <TaskLine task={task} />
        {notes !== null && notes !== '' && (
          <details>
            <summary class="small">{t.notes}</summary>
            <p class="small notes">{notes}</p>
          </details>
        )}
      </div>
      <Button needsConnection needsPhone onClick={call} label={`${word}: ${who}`}>
        {word}
      </Button>
    </li>
  );
}
