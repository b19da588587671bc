import { type Signal, signal } from '@preact/signals';
import { api } from '../../api/api.js';
import { ApiError } from '../../api/api-error.js';
import type { Board } from './types.js';

const EVERY_MS = 3_000;
/** Without an answer for so long, what is shown is old. */
const STALE_MS = 10_000;

interface BoardState {
  readonly board: Board | null;
  /** When the board was answered, milliseconds of this page’s clock. */
  readonly answeredAt: number;
  readonly error: ApiError | null;
}

/** Asks again and again, each time some seconds after the answer to the last. */
export class BoardReader {
  readonly state: Signal<BoardState> = signal({ board: null, answeredAt: 0, error: null });
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isOn = false;

  start(): void {
    this.isOn = true;
    void this.ask();
  }

  stop(): void {
    this.isOn = false;
    this.cancel();
  }

  /** @param at milliseconds of this page’s clock */
  isStale(at: number): boolean {
    const { board, answeredAt } = this.state.value;
    return board !== null && at - answeredAt > STALE_MS;
  }

  async ask(): Promise<void> {
    this.cancel();
    try {
      const board = await api.get<Board>('telephony/wallboard');
      this.state.value = { board, answeredAt: Date.now(), error: null };
    } catch (error) {
      this.state.value = { ...this.state.peek(), error: ApiError.toShow(error) };
    } finally {
      this.askLater();
    }
  }
  /** Once, however many answers have come meanwhile. */
  private askLater(): void {
    this.cancel();
    if (this.isOn) this.timer = setTimeout(() => void this.ask(), EVERY_MS);
  }

  private cancel(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }
}
