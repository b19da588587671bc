import { useEffect, useId, useRef } from 'preact/hooks';
import type { LiveCall } from '../../../../client/client.js';
import { formatCount, formatTime } from '../../../i18n/format.js';
import { connection, telephony } from '../../../live/telephony.js';
import { Button } from '../../../parts/button.js';
import { NumberOf } from '../../../parts/phone.js';
import { say } from '../../../parts/toasts.js';
import { usePopOfDesk } from '../customer/pop.js';
import { currentCall, unfinished } from '../state.js';
import { draftOf, type DraftStore } from './drafts.js';
import { isDoneBy, saveAndNext, taskOf } from './finish.js';
import { noteWords } from './note-words.js';
import { Outcomes } from './outcomes.js';
import { TaskChoice } from './task-choice.js';
import { WrapUp } from './wrap-up.js';

interface NotePanelProps {
  readonly call: LiveCall;
  /** Whether the rest of the desk is about another call. */
  readonly isOfEarlierCall: boolean;
}

/** What the agent writes while talking, and what came of the call. */
export function NotePanel({ call, isOfEarlierCall }: NotePanelProps) {
  const t = noteWords();
  const pop = usePopOfDesk(call);
  const field = useId();
  const ending = useRef<HTMLDivElement>(null);
  const store = draftOf(call.id);
  const draft = store.state.value;
  const tasks = pop.state.value.value?.tasks ?? [];
  const taskId = taskOf(draft, call.taskId, tasks);
  const isOver = currentCall.value?.id !== call.id;
  const isRinging = telephony.value.ringing.has(call.id);
  const more = unfinished.value.filter((id) => id !== call.id).length;
  const canEnd = isOver && !isRinging;
  const next = async (): Promise<void> => {
    await saveAndNext(call.id, taskId);
    say(t.done);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      event.preventDefault();
      ending.current?.querySelector('button')?.click();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <section class="card stack" aria-labelledby="note-title">
      <h2 id="note-title">{t.title}</h2>
      {isOfEarlierCall && (
        <p>
          {t.ofEarlierCall}{' '}
          <strong>{pop.state.value.value?.customer?.name ?? <NumberOf call={call} />}</strong>
        </p>
      )}
      <div>
        <label for={field}>{t.note}</label>
        <textarea
          id={field}
          class="field"
          rows={3}
          maxLength={2000}
          value={draft.note}
          onInput={({ currentTarget }) => store.change({ note: currentTarget.value })}
        />
        <SaveState store={store} />
      </div>
      <Outcomes store={store} />
      {(tasks.length > 0 || call.taskId !== null) && (
        <TaskChoice
          store={store}
          tasks={tasks}
          callTaskId={call.taskId}
          taskId={taskId}
          isDone={isDoneBy(draft)}
        />
      )}
      {canEnd && (
        <div class="stack-tight note-ending" ref={ending}>
          {call.endedAt !== null && <WrapUp endedAt={call.endedAt} />}
          <Button kind="main" needsConnection keys="Control+Enter" onClick={next}>
            {t.next} <kbd aria-hidden="true">{t.nextKeys}</kbd>
          </Button>
          <p class="small">{more > 0 ? formatCount(more, t.more) : draft.outcome === null && t.nextHint}</p>
        </div>
      )}
    </section>
  );
}

/** One line in all states, so that nothing below it moves. */
function SaveState({ store }: { readonly store: DraftStore }) {
  const t = noteWords();
  const { isDirty, savedAt } = store.state.value;
  const words = isDirty
    ? connection.value === 'live'
      ? t.saving
      : connection.value === 'refused'
        ? t.keptSignedOut
        : t.kept
    : savedAt === null
      ? t.noteHint
      : t.saved(formatTime(savedAt));
  return (
    <p class="small" role="status">
      {words}
    </p>
  );
}
