import { type Signal, signal } from '@preact/signals';
import { api } from '../../api/api.js';
import { ApiError } from '../../api/api-error.js';
import type { CallPage, ListedCall } from './types.js';

const PAGE = 50;
/** Beyond this the page would be slow, and nobody reads on. */
export const MOST_ROWS = 2000;

export interface LogState {
  readonly items: readonly ListedCall[];
  /** null: not known yet. */
  readonly total: { readonly count: number; readonly isExact: boolean } | null;
  readonly progress: 'reading' | 'stopped' | 'waiting' | 'end';
  /** How far back the service has looked, ISO 8601. */
  readonly lookedBackTo: string | null;
  readonly error: ApiError | null;
}

const BEFORE: LogState = { items: [], total: null, progress: 'reading', lookedBackTo: null, error: null };

/**
 * The calls of a filter, newest first. The service looks at some thousand rows a request: where few of them match, it is
 * asked on until a page is full.
 */
export class LogReader {
  readonly state: Signal<LogState> = signal(BEFORE);
  private cursor: string | null = null;
  /** Of several readings the last one that was begun counts. */
  private round = 0;

  /** @param filters as the address has them */
  constructor(private readonly filters: string) {}

  /** Reads the newest ones again. */
  async restart(): Promise<void> {
    this.cursor = null;
    await this.more();
  }

  /** Reads another page, or goes on with one that was stopped. */
  async more(): Promise<void> {
    this.round += 1;
    const round = this.round;
    let shown = this.cursor === null ? [] : this.state.peek().items;
    const wanted = Math.min(MOST_ROWS, Math.floor(shown.length / PAGE) * PAGE + PAGE);
    this.change({ progress: 'reading', error: null });
    try {
      do {
        const page = await this.read(wanted - shown.length);
        if (round !== this.round) return;
        this.cursor = page.nextCursor;
        shown = [...shown, ...page.items];
        this.change({
          items: shown,
          lookedBackTo: page.examinedTo ?? page.items.at(-1)?.startedAt ?? this.state.peek().lookedBackTo,
          ...(page.total !== null && { total: { count: page.total, isExact: page.totalIsExact } }),
        });
      } while (this.cursor !== null && shown.length < wanted);
      this.change({ progress: this.cursor === null ? 'end' : 'waiting' });
    } catch (error) {
      if (round === this.round) this.change({ progress: 'stopped', error: ApiError.toShow(error) });
    }
  }

  stop(): void {
    this.round += 1;
    this.change({ progress: 'stopped' });
  }

  private read(limit: number): Promise<CallPage> {
    const given = new URLSearchParams(this.filters);
    given.set('limit', String(limit));
    if (this.cursor !== null) given.set('cursor', this.cursor);
    return api.get(`telephony/calls?${given.toString()}`);
  }

  private change(to: Partial<LogState>): void {
    this.state.value = { ...this.state.peek(), ...to };
  }
}
