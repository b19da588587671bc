import { useEffect } from 'preact/hooks';
import { telephony } from '../../live/telephony.js';
import { numberOf } from '../../parts/phone.js';
import { CallCard } from './call/call-card.js';
import { OtherCalls } from './call/other-calls.js';
import { Customer } from './customer/customer.js';
import { usePop } from './customer/pop.js';
import { NotePanel } from './note/note-panel.js';
import { callToFinish, currentCall, myCalls } from './state.js';
import { IdleDesk } from './work/idle-desk.js';
import type { LiveCall } from '../../../client/client.js';

/** The work of an agent: the call that he has, who calls, and what is to be done. */
export function Desk() {
  const call = currentCall.value ?? callToFinish.value;
  return call === null ? <IdleDesk /> : <CallDesk call={call} />;
}

function CallDesk({ call }: { readonly call: LiveCall }) {
  const pop = usePop(call);
  // A ring does not take away the note that is being written.
  const isOnlyRinging = telephony.value.ringing.has(call.id);
  const noted = (isOnlyRinging ? callToFinish.value : null) ?? call;
  const card = 'call';
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'F6') return;
      event.preventDefault();
      document.getElementById(card)?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <div class="desk">
      <div class="desk-call">
        <CallCard key={call.id} id={card} call={call} pop={pop} />
        <OtherCalls calls={myCalls.value.filter(({ id }) => id !== call.id)} />
      </div>
      <Customer key={`customer ${call.id}`} pop={pop} isWithheld={numberOf(call) === null} />
      <NotePanel key={`note ${noted.id}`} call={noted} isOfEarlierCall={noted.id !== call.id} />
    </div>
  );
}
