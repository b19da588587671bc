import { useState } from 'preact/hooks';
import { api } from '../../api/api.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { MOST_REASON, TextField } from '../../parts/fields/fields.js';
import { say } from '../../parts/toasts.js';
import type { CallLife } from './types.js';
import { lifeWords } from './words.js';

const OPEN = new Set(['initiated', 'ringing', 'answered']);

interface ClearCallProps {
  readonly life: CallLife;
  readonly onDone: () => void;
}

/** For a call that nobody has any more, and whose end the PBX does not report. */
export function ClearCall({ life: { id, why }, onDone }: ClearCallProps) {
  const t = lifeWords();
  const [isAsking, setAsking] = useState(false);
  const status = why.find(({ column }) => column === 'status')?.value;
  if (typeof status !== 'string' || !OPEN.has(status)) return null;
  return (
    <div class="row">
      <Button kind="danger" onClick={() => setAsking(true)}>
        {t.clear}
      </Button>
      {isAsking && (
        <ClearDialog
          id={id}
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            onDone();
          }}
        />
      )}
    </div>
  );
}

interface ClearDialogProps {
  readonly id: number;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Asks why: others will read it. */
function ClearDialog({ id, onClose, onDone }: ClearDialogProps) {
  const t = lifeWords();
  const [reason, setReason] = useState('');
  const clear = async (): Promise<void> => {
    await api.post(`telephony/calls/${id}/clear`, { reason: reason.trim() });
    say(t.cleared);
    onDone();
  };
  return (
    <Dialog title={t.clear} onClose={onClose}>
      <p>{t.clearHow}</p>
      <TextField title={t.clearReason} value={reason} maxLength={MOST_REASON} onInput={setReason} />
      <div class="row">
        <Button kind="danger" needsConnection isOff={reason.trim() === ''} onClick={clear}>
          {t.clear}
        </Button>
        <Button onClick={onClose}>{t.keepOpen}</Button>
      </div>
    </Dialog>
  );
}
