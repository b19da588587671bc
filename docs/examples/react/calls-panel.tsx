import { useState } from 'react';
import { useIncomingCall, useTelephony } from './use-telephony.js';

export function CallsPanel() {
  const { connection, calls, ringing, callers } = useTelephony();
  const [last, setLast] = useState('');
  useIncomingCall(({ call, customer }) => setLast(customer?.name ?? call.customerPhone));

  return (
    <section aria-busy={connection.status !== 'live'}>
      <p role="status">{connection.status}</p>
      {last !== '' && <p>Last caller: {last}</p>}
      <ul>
        {calls.map((call) => (
          <li key={call.id}>
            {callers.get(call.id)?.customer?.name ?? call.customerPhone}:{' '}
            {ringing.has(call.id) ? 'ringing' : call.status}
          </li>
        ))}
      </ul>
    </section>
  );
}
