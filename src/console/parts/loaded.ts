import { type Signal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { ApiError } from '../api/api-error.js';
import { refreshes } from '../live/telephony.js';

interface LoadState<T> {
  /** The last one that was read: it stays while it is read again, and when that fails. */
  readonly value: T | null;
  readonly error: ApiError | null;
}

/** Something that is read from the service, and again when asked to. */
export class Loaded<T> {
  readonly state: Signal<LoadState<T>> = signal({ value: null, error: null });
  private round = 0;

  constructor(private readonly read: () => Promise<T>) {}

  /** Of several readings the last one that was begun counts. */
  async load(): Promise<void> {
    this.round += 1;
    const round = this.round;
    try {
      const value = await this.read();
      if (round === this.round) this.state.value = { value, error: null };
    } catch (error) {
      if (round === this.round) this.state.value = { ...this.state.value, error: ApiError.toShow(error) };
    }
  }
}

/**
 * Reads when the component is shown, when `key` changes, and when the connection was back after a loss.
 * @param key what is read; another one forgets what was there
 * @param version another one reads again, and keeps what is there until then
 */
export function useLoaded<T>(
  key: string | number,
  read: () => Promise<T>,
  version: string | number | null = null,
): Loaded<T> {
  const loaded = useMemo(() => new Loaded(read), [key]);
  useLoading(loaded, version);
  return loaded;
}

/** Reads when the component is shown, when `version` is another, and when the connection was back after a loss. */
export function useLoading(loaded: Loaded<unknown>, version: string | number | null): void {
  const round = refreshes.value;
  useEffect(() => {
    void loaded.load();
  }, [loaded, round, version]);
}
