import { useState } from 'preact/hooks';
import { api } from '../../api/api.js';
import { formatNumber } from '../../i18n/format.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { say } from '../../parts/toasts.js';
import type { Receipt } from './types.js';
import { MOST_REASON, TextField } from '../../parts/fields/fields.js';
import { inboxWords } from './words.js';

interface DiscardDialogProps {
  readonly receipts: readonly Receipt[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Asks why: it cannot be taken back, and others will read it. */
export function DiscardDialog({ receipts, onClose, onDone }: DiscardDialogProps) {
  const t = inboxWords();
  const [reason, setReason] = useState('');
  const discard = async (): Promise<void> => {
    let done = 0;
    try {
      for (const { id } of receipts) {
        await api.post(`telephony/webhook-receipts/${id}/discard`, { reason: reason.trim() });
        done += 1;
      }
    } catch (error) {
      if (done > 0) onDone();
      throw error;
    }
    say(t.discarded(formatNumber(receipts.length)));
    onDone();
  };
  return (
    <Dialog title={t.discardTitle(formatNumber(receipts.length))} onClose={onClose}>
      <p>{t.discardHow}</p>
      <TextField title={t.reason} value={reason} maxLength={MOST_REASON} onInput={setReason} />
      <div class="row">
        <Button kind="danger" needsConnection isOff={reason.trim() === ''} onClick={discard}>
          {t.discardNow}
        </Button>
        <Button onClick={onClose}>{t.keep}</Button>
      </div>
    </Dialog>
  );
}
