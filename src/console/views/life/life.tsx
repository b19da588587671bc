import { api } from '../../api/api.js';
import { go, path } from '../../app/address.js';
import { formatWhen } from '../../i18n/format.js';
import { now } from '../../live/clock.js';
import { Badge } from '../../parts/badge.js';
import { useLoaded } from '../../parts/loaded.js';
import { Empty, Shown } from '../../parts/states.js';
import { useId, useState } from 'preact/hooks';
import { LifeOfCall } from './life-of-call.js';
import type { ListedCall } from './types.js';
import { lifeWords, wordOfValue } from './words.js';
import './life.css';

/** The life of the call in the address, or the newest calls to choose from. */
export function CallLives() {
  const [, id = ''] = path.value.split('/');
  return /^\d+$/u.test(id) ? <LifeOfCall key={id} id={Number(id)} /> : <NewestCalls />;
}

function NewestCalls() {
  const t = lifeWords();
  const loaded = useLoaded('calls', () =>
    api.get<{ items: readonly ListedCall[] }>('telephony/calls?limit=50'),
  );
  return (
    <div class="life-list">
      <header class="life-head">
        <h1>{t.newest}</h1>
        <OpenById />
      </header>
      <Shown of={loaded} lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t.noCalls}>
              <p>{t.noCallsHint}</p>
            </Empty>
          ) : (
            <ul class="life-calls">
              {items.map((call) => (
                <li key={call.id}>
                  <a class="life-call card" href={`#/calls/${call.id}`}>
                    <span class="life-number">{call.customerPhone || t.noNumber}</span>
                    <Badge>{wordOfValue('status', call.disposition ?? call.status)}</Badge>
                    <span class="small">{wordOfValue('direction', call.direction)}</span>
                    <span class="small">{call.agentPhone === null ? '' : t.phone(call.agentPhone)}</span>
                    <span class="small">
                      {call.startedAt === null ? '' : formatWhen(call.startedAt, now.value)}
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </div>
  );
}

function OpenById() {
  const t = lifeWords();
  const field = useId();
  const [id, setId] = useState('');
  return (
    <form
      class="life-open"
      onSubmit={(event) => {
        event.preventDefault();
        if (/^\d{1,10}$/u.test(id.trim())) go(`calls/${Number(id)}`);
      }}
    >
      <label for={field}>{t.callId}</label>
      <div class="row">
        <input
          id={field}
          class="field"
          inputMode="numeric"
          value={id}
          onInput={({ currentTarget }) => setId(currentTarget.value)}
        />
        <button type="submit" class="button">
          {t.open}
        </button>
      </div>
    </form>
  );
}
