import { path } from '../../app/address.js';
import { supervisorWords } from '../../i18n/supervisor.js';
import { ReceiptList } from './receipt-list.js';
import { FILTERS, filterIn } from './states.js';
import { inboxWords } from './words.js';
import './inbox.css';

/** What the telephone system sent and could not be used: looked at, tried again, or set aside for good. */
export function Inbox() {
  const t = inboxWords();
  const filter = filterIn(path.value);
  return (
    <div class="inbox">
      <header class="inbox-head">
        <h1>{supervisorWords().inbox}</h1>
        <nav class="inbox-filters row" aria-label={t.filter}>
          {FILTERS.map((one) => (
            <a key={one} href={`#/inbox/${one}`} aria-current={one === filter ? 'true' : undefined}>
              {one === 'waiting' ? t.waiting : supervisorWords().states[one]}
            </a>
          ))}
        </nav>
      </header>
      <p class="small">{t.explained[filter]}</p>
      <ReceiptList key={filter} filter={filter} />
    </div>
  );
}
