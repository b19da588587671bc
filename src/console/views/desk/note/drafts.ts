import { effect, type Signal, signal } from '@preact/signals';
import { api } from '../../../api/api.js';
import { ApiError } from '../../../api/api-error.js';
import { isLive, me, userId } from '../../../live/telephony.js';
import { kept, keptInTab } from '../../../session/kept.js';
import { token } from '../../../session/token.js';
import { onMerged } from '../state.js';

export interface Draft {
  readonly note: string;
  readonly outcome: string | null;
  /** The task that it is written to at the end; null: none; undefined: nothing was chosen. */
  readonly taskId?: number | null;
  readonly isDone?: boolean;
}

interface KeptDraft extends Draft {
  /** Whether the service does not have it yet. */
  readonly isDirty: boolean;
  /** When it was saved, in milliseconds; null: not yet. */
  readonly savedAt: number | null;
}

const EMPTY: KeptDraft = { note: '', outcome: null, isDirty: false, savedAt: null };
/** After the last key. */
const SAVE_AFTER_MS = 700;
/** After a save that failed, twice as long each time, up to the longest. */
const RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;
/** Of the user that is signed in: another one may sign in to the same tab. */
const startOfKeys = (): string => `telephony.draft.${userId.peek()}.`;
const keyOf = (callId: number): string => `${startOfKeys()}${callId}`;

/** Tells the other tabs of the browser what is typed: each shows the same note. */
const typedDrafts = new BroadcastChannel('telephony-drafts');

interface TypedDraft {
  readonly key: string;
  readonly draft: KeptDraft;
}

/**
 * The note of one call as it is typed: in this tab at once, over a reload and an ended session; at the service soon after.
 * Until the service has it, it is kept in the browser too: the tab may be closed.
 */
export class DraftStore {
  readonly state: Signal<KeptDraft>;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** One after the other: of two the later one must not arrive first. */
  private saving: Promise<void> = Promise.resolve();
  private retryMs = RETRY_MS;
  private isForgotten = false;
  private readonly key: string;

  constructor(private readonly callId: number) {
    this.key = keyOf(callId);
    const typed = kept.read(this.key) ?? keptInTab.read(this.key);
    this.state = signal(typed === null ? EMPTY : { ...EMPTY, ...(JSON.parse(typed) as KeptDraft) });
    if (this.state.peek().isDirty) this.saveSoon();
    else void this.read();
  }

  change(part: Partial<Draft>): void {
    const isText = part.note !== undefined || part.outcome !== undefined;
    this.set({ ...part, ...(isText && { isDirty: true }) });
    if (isText) this.saveSoon();
  }

  /** Throws `ApiError`. */
  save(): Promise<void> {
    this.pause();
    this.saving = this.saving.catch(() => undefined).then(() => this.saveNow());
    return this.saving;
  }

  /** The draft of a row that was merged into this call. What the service had of it, the service has moved. */
  take(draft: KeptDraft): void {
    if (!draft.isDirty) {
      if (!this.state.peek().isDirty) void this.read();
      return;
    }
    this.set({ ...draft, isDirty: true });
    this.saveSoon();
  }

  /** What was typed, or saved, in another tab, which saves it. */
  follow(draft: KeptDraft): void {
    if (this.isForgotten) return;
    this.pause();
    this.state.value = draft;
    keptInTab.write(this.key, JSON.stringify(draft));
  }

  forget(): void {
    this.isForgotten = true;
    this.pause();
    keptInTab.write(this.key, null);
    kept.write(this.key, null);
    stores.delete(this.key);
  }

  /** Nothing is saved until it is asked for again. */
  pause(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** @returns whether the user who is signed in has written it, and the service does not have it yet */
  isToSave(): boolean {
    return this.state.peek().isDirty && this.key === keyOf(this.callId);
  }

  saveSoon(afterMs = SAVE_AFTER_MS): void {
    this.pause();
    this.timer = setTimeout(() => void this.trySaving(), afterMs);
  }

  async trySaving(): Promise<void> {
    try {
      await this.save();
      this.retryMs = RETRY_MS;
    } catch (error) {
      // It stays in this tab. Without a connection it is saved when that is back.
      if (!(error instanceof ApiError)) throw error;
      if (this.isForgotten || !isLive.peek() || !isPassing(error)) return;
      this.saveSoon(this.retryMs);
      this.retryMs = Math.min(2 * this.retryMs, LONGEST_RETRY_MS);
    }
  }

  private async saveNow(): Promise<void> {
    const { note, outcome, isDirty } = this.state.peek();
    if (!isDirty) return;
    await api.put(`telephony/calls/${this.callId}/note`, { note, outcome }, { outlivesPage: true });
    const now = this.state.peek();
    this.set({ savedAt: Date.now(), isDirty: now.note !== note || now.outcome !== outcome });
  }

  /** What another tab, or this one before it was closed, has saved; what is typed meanwhile counts. */
  private async read(): Promise<void> {
    const before = this.state.peek();
    try {
      const { note, outcome } = await api.get<Draft>(`telephony/calls/${this.callId}/note`);
      if (this.state.peek() === before) this.state.value = { ...before, note, outcome };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  private set(part: Partial<KeptDraft>): void {
    const draft = { ...this.state.peek(), ...part };
    this.state.value = draft;
    if (this.isForgotten) return;
    const text = JSON.stringify(draft);
    keptInTab.write(this.key, text);
    kept.write(this.key, draft.isDirty ? text : null);
    typedDrafts.postMessage({ key: this.key, draft } satisfies TypedDraft);
  }
}

/** Whether the same request may succeed later. */
function isPassing({ status }: ApiError): boolean {
  return status === 0 || status === 429 || status >= 500;
}

const stores = new Map<string, DraftStore>();

export function draftOf(callId: number): DraftStore {
  const key = keyOf(callId);
  const store = stores.get(key) ?? new DraftStore(callId);
  stores.set(key, store);
  return store;
}

typedDrafts.addEventListener('message', ({ data: { key, draft } }: MessageEvent<TypedDraft>) =>
  stores.get(key)?.follow(draft),
);

onMerged((from, into) => {
  const former = stores.get(keyOf(from));
  if (former === undefined) return;
  draftOf(into).take(former.state.peek());
  former.forget();
});

// The tab is closed, or left on a telephone: what was typed last is not kept for another moment.
addEventListener('pagehide', () => {
  for (const store of stores.values()) if (store.isToSave()) void store.trySaving();
});

// Whose token the next one is, the service says.
token.subscribe(() => {
  for (const store of stores.values()) store.pause();
});

// The connection, or the session, is back, or goes on with another token.
effect(() => {
  if (!isLive.value || me.value === null) return;
  // Of tabs that were closed before the service had them.
  for (const key of kept.keysFrom(startOfKeys())) draftOf(Number(key.slice(startOfKeys().length)));
  for (const store of stores.values()) if (store.isToSave()) store.saveSoon();
});
