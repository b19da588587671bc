import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { AgentStatus } from '../../../../client/client.js';
import { api } from '../../../api/api.js';
import { shell } from '../../../i18n/shell.js';
import { me } from '../../../live/telephony.js';
import { Button } from '../../../parts/button.js';
import { Dialog } from '../../../parts/dialog.js';
import { useLoaded } from '../../../parts/loaded.js';
import { moveByArrows } from '../../../parts/move-by-arrows.js';
import { Empty, Shown } from '../../../parts/states.js';
import { say } from '../../../parts/toasts.js';
import { callWords } from './call-words.js';

interface Entry {
  readonly extension: string;
  readonly kind: 'agent' | 'group' | 'queue' | 'unattended';
  readonly label: string | null;
  readonly status: AgentStatus | null;
}

/** Who is free may change while somebody looks. */
const REFRESH_MS = 5000;
const ORDER = ['online', null, 'on_call', 'break', 'offline'];

function fits({ extension, label }: Entry, text: string): boolean {
  return `${extension} ${label ?? ''}`.toLowerCase().includes(text.trim().toLowerCase());
}

interface TransferProps {
  readonly externalCallId: string;
  readonly onClose: () => void;
}

/** The directory of extensions, free ones first; a number that is typed need not be in it. */
export function TransferDialog({ externalCallId, onClose }: TransferProps) {
  const t = callWords();
  const field = useId();
  const offered = useRef<HTMLDivElement>(null);
  const [text, setText] = useState('');
  const directory = useLoaded('directory', () => api.get<{ items: Entry[] }>('telephony/agents/directory'));
  useEffect(() => {
    const timer = setInterval(() => void directory.load(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [directory]);
  const transfer = async (extension: string): Promise<void> => {
    const body = { bracknet_call_id: externalCallId, transfer_extension: extension };
    const { status } = await api.post<{ status: string }>('call/transfer', body, { asksPbx: true });
    say(status === 'ended' ? t.transferOver : t.transferAsked(extension));
    onClose();
  };
  /** Takes the number that is typed, or the only one that fits. Of several none is taken. */
  const enter = (): void => {
    const buttons = [...(offered.current?.querySelectorAll('button') ?? [])];
    const isOnly = buttons.length === 1 && text.trim() !== '';
    buttons.find(({ value }) => value === typed || isOnly)?.click();
  };
  const typed = /^\s*\d{2,6}\s*$/u.test(text) ? text.trim() : null;
  return (
    <Dialog title={t.transferTitle} onClose={onClose}>
      <form
        class="stack"
        onKeyDown={moveByArrows}
        onSubmit={(event) => {
          event.preventDefault();
          enter();
        }}
      >
        <div>
          <label for={field}>{t.transferFind}</label>
          <input
            id={field}
            class="field"
            autofocus
            value={text}
            autocomplete="off"
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </div>
        <div class="stack" ref={offered}>
          <Shown of={directory} lines={5}>
            {({ items }) => {
              const others = items.filter(
                ({ extension }) => me.value?.extensions.includes(extension) !== true,
              );
              const found = others
                .filter((entry) => fits(entry, text))
                .sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
              const isListed = found.some(({ extension }) => extension === typed);
              return (
                <>
                  {others.length === 0 && <Empty title={t.noDirectory} />}
                  {others.length > 0 && found.length === 0 && typed === null && (
                    <Empty title={t.nobodyFits} />
                  )}
                  <ul class="list">
                    {found.map((entry) => (
                      <li key={entry.extension}>
                        <Button
                          kind="quiet"
                          class="list-button"
                          needsConnection
                          value={entry.extension}
                          onClick={() => transfer(entry.extension)}
                        >
                          <strong class="phone">{entry.extension}</strong>
                          <span class="grow">{entry.label}</span>
                          <Availability entry={entry} />
                        </Button>
                      </li>
                    ))}
                  </ul>
                  {typed !== null && !isListed && (
                    <Button value={typed} needsConnection onClick={() => transfer(typed)}>
                      {t.toNumber(typed)}
                    </Button>
                  )}
                </>
              );
            }}
          </Shown>
        </div>
      </form>
    </Dialog>
  );
}

function Availability({ entry: { kind, status } }: { readonly entry: Entry }) {
  const t = callWords();
  if (kind !== 'agent') return <span class="small">{t.group}</span>;
  const word = status === null ? t.notThere : status === 'online' ? t.free : shell().statuses[status];
  return (
    <span class="availability">
      <span class={`dot is-${status ?? 'offline'}`} aria-hidden="true" /> {word}
    </span>
  );
}
