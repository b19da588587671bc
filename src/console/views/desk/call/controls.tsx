import { useState } from 'preact/hooks';
import type { LiveCall } from '../../../../client/client.js';
import { api } from '../../../api/api.js';
import { Button } from '../../../parts/button.js';
import { say } from '../../../parts/toasts.js';
import { type CallPhase, hungUp } from './call-state.js';
import { callWords } from './call-words.js';
import { Silence } from './silence.js';
import { TransferDialog } from './transfer.js';

/** What the telephone system can be asked to do. Picking up is done at the telephone. */
export function Controls({ call, phase }: { readonly call: LiveCall; readonly phase: CallPhase }) {
  const t = callWords();
  const [isTransferring, setTransferring] = useState(false);
  if (phase === 'over') return null;
  if (phase === 'ringing') {
    return (
      <div class="row">
        <Silence id={call.id} />
      </div>
    );
  }
  const { externalCallId } = call;
  const hangUp = async (): Promise<void> => {
    await api.post('call/hangup', { bracknet_call_id: externalCallId }, { asksPbx: true });
    hungUp.add(call.id);
    say(t.hangUpAsked);
  };
  return (
    <div class="row call-controls">
      <Button kind="danger" needsConnection isOff={externalCallId === null} onClick={hangUp}>
        {t.hangUp}
      </Button>
      {phase === 'talking' && (
        <Button needsConnection isOff={externalCallId === null} onClick={() => setTransferring(true)}>
          {t.transfer}
        </Button>
      )}
      {isTransferring && externalCallId !== null && phase === 'talking' && (
        <TransferDialog externalCallId={externalCallId} onClose={() => setTransferring(false)} />
      )}
    </div>
  );
}
