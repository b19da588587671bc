import { useEffect, useState } from 'preact/hooks';
import { api } from '../../api/api.js';
import { go, query } from '../../app/address.js';
import { supervisorWords } from '../../i18n/supervisor.js';
import { Button } from '../../parts/button.js';
import { SelectField, TextField } from '../../parts/fields/fields.js';
import { useLoaded } from '../../parts/loaded.js';
import { moveByArrows } from '../../parts/move-by-arrows.js';
import { Empty, Shown } from '../../parts/states.js';
import { EntryRow } from './entry-row.js';
import type { AuditPage } from './types.js';
import { auditWords } from './words.js';
import './audit.css';

const PAGE = 50;
const FILTERS = ['userId', 'action', 'outcome', 'subject'] as const;
type Filter = (typeof FILTERS)[number];

/** The filters of the address; another name in it, or an empty one, counts for nothing. */
function filtersIn(text: string): URLSearchParams {
  const given = new URLSearchParams(text);
  return new URLSearchParams(
    FILTERS.flatMap((name) => (given.get(name) ? [[name, given.get(name) ?? '']] : [])),
  );
}

/** @param chosen by the address: it may name what these pages have no word for, or several */
function optionsOf(
  unfiltered: string,
  words: Readonly<Record<string, string>>,
  chosen: string,
): Record<string, string> {
  return {
    '': unfiltered,
    ...words,
    ...(chosen !== '' && !Object.hasOwn(words, chosen) && { [chosen]: chosen }),
  };
}

/** Who did what, newest first. */
export function Audit() {
  const t = auditWords();
  const filters = filtersIn(query.value);
  const change = (name: Filter, value: string): void => {
    const next = new URLSearchParams(filters);
    next.set(name, value);
    go(`audit?${filtersIn(next.toString()).toString().replaceAll('%2C', ',')}`);
  };
  const chosen = (name: Filter): string => filters.get(name) ?? '';
  return (
    <div class="audit">
      <h1>{supervisorWords().audit}</h1>
      <form
        class="audit-filters card"
        role="search"
        aria-label={t.filters}
        onSubmit={(event) => event.preventDefault()}
      >
        <TextField title={t.who} value={chosen('userId')} onChange={(id) => change('userId', id)} />
        <SelectField
          title={t.what}
          options={optionsOf(t.any, t.actions, chosen('action'))}
          value={chosen('action')}
          onChange={(action) => change('action', action)}
        />
        <TextField title={t.subject} value={chosen('subject')} onChange={(of) => change('subject', of)} />
        <SelectField
          title={t.outcome}
          options={optionsOf(t.any, t.outcomes, chosen('outcome'))}
          value={chosen('outcome')}
          onChange={(outcome) => change('outcome', outcome)}
        />
      </form>
      <Entries key={filters.toString()} filters={filters.toString()} />
    </div>
  );
}

function Entries({ filters }: { readonly filters: string }) {
  const t = auditWords();
  const [older, setOlder] = useState<AuditPage | null>(null);
  const read = (cursor: string | null): Promise<AuditPage> =>
    api.get(
      `telephony/audit?limit=${PAGE}&${filters}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
  const loaded = useLoaded(filters, () => read(null));
  const first = loaded.state.value.value;
  // What is read anew begins with the newest: the older ones no longer join it.
  useEffect(() => setOlder(null), [first]);
  return (
    <Shown of={loaded} lines={8}>
      {(page) => {
        const items = [...page.items, ...(older?.items ?? [])];
        const next = older === null ? page.nextCursor : older.nextCursor;
        const showOlder = async (): Promise<void> => {
          const { items: more, nextCursor } = await read(next);
          setOlder({ items: [...(older?.items ?? []), ...more], nextCursor });
        };
        return (
          <>
            {items.length === 0 && (
              <Empty title={next === null ? t.none : t.noneFound}>
                <p>{next === null ? t.noneHint : t.noneFoundHint}</p>
              </Empty>
            )}
            <ol class="audit-entries" onKeyDown={moveByArrows}>
              {items.map((entry, nth) => (
                <EntryRow key={nth} entry={entry} />
              ))}
            </ol>
            {next !== null && (
              <Button needsConnection onClick={showOlder}>
                {t.older}
              </Button>
            )}
          </>
        );
      }}
    </Shown>
  );
}
