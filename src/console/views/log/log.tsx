import { useEffect, useMemo } from 'preact/hooks';
import { api } from '../../api/api.js';
import { go, query } from '../../app/address.js';
import { shell } from '../../i18n/shell.js';
import { isLive, me } from '../../live/telephony.js';
import { Button } from '../../parts/button.js';
import { saveFile } from '../../parts/save-file.js';
import { SavedViews } from '../../parts/saved/saved-views.js';
import { say } from '../../parts/toasts.js';
import { FilterChips } from './filters/filter-chips.js';
import { FilterForm } from './filters/filter-form.js';
import { changed, type Filters, filtersIn, queryOf } from './filters/filters.js';
import { LogList } from './list/log-list.js';
import { LogReader } from './log-reader.js';
import { OpenById } from './open-by-id.js';
import { logWords } from './words.js';
import './log.css';

/** Calls, newest first, as the address narrows them down. Agents see their own. */
export function Log() {
  const t = logWords();
  const filters = filtersIn(query.value);
  const asked = queryOf(filters);
  const reader = useMemo(() => new LogReader(asked), [asked]);
  useEffect(() => {
    void reader.more();
    return () => reader.stop();
  }, [reader]);
  // What failed without a connection goes on with it.
  const isBack = isLive.value;
  useEffect(() => {
    if (isBack && reader.state.peek().error !== null) void reader.more();
  }, [isBack, reader]);
  const show = (next: Filters): void => go(`calls?${queryOf(next)}`);
  // A field that is left and what is pressed then change the address one after the other.
  const change = (by: Filters): void => show(changed(filtersIn(query.peek()), by));
  const save = async (): Promise<void> => {
    const file = await api.file(`telephony/calls/export?${new URLSearchParams(`format=csv&${asked}`)}`);
    saveFile(file.content, file.name ?? 'calls.csv');
    say(t.exported);
  };
  return (
    <div class="log">
      <header class="log-head">
        <h1>{shell().calls}</h1>
        <div class="row">
          <Button needsConnection onClick={() => reader.restart()}>
            {t.renew}
          </Button>
          <Button needsConnection hint={t.exportTitle} onClick={save}>
            {t.export}
          </Button>
        </div>
        {me.value?.role === 'supervisor' && <OpenById />}
      </header>
      <SavedViews of="calls" address={asked} onApply={(saved) => go(`calls?${saved}`)} />
      <FilterForm filters={filters} onChange={change} />
      <FilterChips filters={filters} onChange={change} onClear={() => show({})} />
      <LogList key={asked} reader={reader} isFiltered={asked !== ''} />
    </div>
  );
}
