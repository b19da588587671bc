import { useState } from 'preact/hooks';
import { api } from '../../api/api.js';
import { formatNumber } from '../../i18n/format.js';
import { supervisorWords } from '../../i18n/supervisor.js';
import { Button } from '../../parts/button.js';
import { useLoaded } from '../../parts/loaded.js';
import { Empty, Shown } from '../../parts/states.js';
import { AssignDialog } from './assign-dialog.js';
import { ExtensionTable } from './extension-table.js';
import { ImportDialog } from './import-dialog.js';
import type { Extension, ExtensionPage } from './types.js';
import { UnassignedList } from './unassigned-list.js';
import { deskWords } from './words.js';
import './extensions.css';

const PAGE = 100;

/** A new one: everything is still to be said. */
export const BLANK: Extension = {
  extension: '',
  kind: 'agent',
  userId: null,
  members: [],
  memberExtensions: [],
  label: null,
  isPrimary: false,
  claimable: false,
};

/** Who sits where, and what changes that. */
export function Extensions() {
  const t = deskWords();
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(1);
  const [round, setRound] = useState(0);
  const [edited, setEdited] = useState<Extension | null>(null);
  const [isImporting, setImporting] = useState(false);
  const query = `page=${page}&limit=${PAGE}${search === '' ? '' : `&q=${encodeURIComponent(search)}`}`;
  const loaded = useLoaded(`${query} ${round}`, () =>
    api.get<ExtensionPage>(`telephony/extensions?${query}`),
  );
  const changed = (): void => {
    setEdited(null);
    setImporting(false);
    setRound(round + 1);
  };
  return (
    <div class="desks">
      <header class="desks-head">
        <h1>{supervisorWords().extensions}</h1>
        <div class="row">
          <input
            type="search"
            class="field desks-search"
            aria-label={t.search}
            placeholder={t.search}
            value={search}
            onInput={({ currentTarget }) => {
              setSearch(currentTarget.value.trim());
              setPage(1);
            }}
          />
          <Button needsConnection onClick={() => setEdited(BLANK)}>
            {t.add}
          </Button>
          <Button needsConnection onClick={() => setImporting(true)}>
            {t.import}
          </Button>
        </div>
      </header>
      <UnassignedList key={round} onAssign={(extension) => setEdited({ ...BLANK, extension })} />
      <section class="card" aria-labelledby="desks-table">
        <h2 id="desks-table">{t.table}</h2>
        <Shown of={loaded} lines={6}>
          {({ items, total, limit }) => (
            <>
              {items.length === 0 ? (
                <Empty title={search === '' ? t.none : t.noneFound}>
                  <p>{search === '' ? t.noneHint : null}</p>
                </Empty>
              ) : (
                <ExtensionTable items={items} onEdit={setEdited} onChanged={changed} />
              )}
              {total > limit && (
                <div class="row">
                  <Button isOff={page === 1} onClick={() => setPage(page - 1)}>
                    {t.before}
                  </Button>
                  <span class="small">
                    {formatNumber((page - 1) * limit + 1)}–{formatNumber(Math.min(page * limit, total))} /{' '}
                    {formatNumber(total)}
                  </span>
                  <Button isOff={page * limit >= total} onClick={() => setPage(page + 1)}>
                    {t.after}
                  </Button>
                </div>
              )}
            </>
          )}
        </Shown>
      </section>
      {edited !== null && <AssignDialog of={edited} onClose={() => setEdited(null)} onDone={changed} />}
      {isImporting && <ImportDialog onClose={() => setImporting(false)} onDone={changed} />}
    </div>
  );
}
