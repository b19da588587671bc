'use strict';

const CONNECTION_TEXT = {
  connecting: 'Connecting…',
  live: 'Connected',
  stale: 'Connection lost: connecting again…',
  closed: 'Not connected',
};
const STATUS_TEXT = {
  initiated: 'Dialling',
  ringing: 'Ringing',
  answered: 'Talking',
  completed: 'Ended',
  failed: 'Not reached',
};

const element = (id) => document.getElementById(id);

const client = TrustCartTelephony.createTelephonyClient({
  // The CRM's front end keeps its token under this name. Read each time: the user may have signed in again.
  getToken: () => localStorage.getItem('authToken'),
});

element('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  localStorage.setItem('authToken', element('token').value.trim());
  client.reconnect();
});

client.subscribe(show);
client.on('incoming', ({ call, customer }) => {
  document.title = `${customer?.name ?? call.customerPhone} calls`;
});
// The time of a talk goes on between messages.
setInterval(show, 1000);
show();

function show() {
  const { connection, calls, ended, ringing, callers } = client.getSnapshot();
  element('connection').textContent =
    CONNECTION_TEXT[connection.status] ??
    (connection.code === 'NO_TOKEN' ? 'Not signed in' : `Refused: ${connection.reason}`);
  element('connection').dataset.status = connection.status;
  element('sign-in').hidden = connection.status !== 'refused';
  element('empty').hidden = connection.status !== 'live' || calls.length > 0;
  document.querySelector('main').toggleAttribute('data-stale', connection.status !== 'live');
  element('calls').replaceChildren(...calls.map((call) => item(call, callers.get(call.id))));
  element('ended').hidden = ended.length === 0;
  element('ended-calls').replaceChildren(...ended.map((call) => item(call, callers.get(call.id))));
  if (ringing.size === 0) document.title = 'Calls';
}

function item(call, caller) {
  const { status, direction, customerPhone, agentPhone } = call;
  const number = customerPhone || 'number withheld';
  const name = caller?.customer?.name ?? (caller?.matchCount > 1 ? `${caller.matchCount} customers` : null);
  const row = document.createElement('li');
  row.dataset.status = status;
  row.append(
    text('caller', name ?? number),
    text('status', [STATUS_TEXT[status], duration(call)].filter(Boolean).join(' ')),
    text(
      'details',
      [
        direction === 'inbound' ? 'Incoming' : 'Outgoing',
        name && number,
        agentPhone && `extension ${agentPhone}`,
        call.queueName,
      ]
        .filter(Boolean)
        .join(' · '),
    ),
  );
  return row;
}

/** Always as text: names and numbers come from outside. */
function text(className, content) {
  const span = document.createElement('span');
  span.className = className;
  span.textContent = content;
  return span;
}

function duration({ answeredAt, endedAt, durationSeconds }) {
  if (answeredAt === null) return null;
  const end = endedAt === null ? Date.now() : Date.parse(endedAt);
  const seconds = durationSeconds ?? Math.max(0, Math.round((end - Date.parse(answeredAt)) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
