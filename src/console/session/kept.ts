/** `localStorage`; where the browser forbids it, what is written lasts as long as the page. */
class Kept {
  private readonly memory = new Map<string, string>();

  constructor(private readonly storage: () => Storage) {}

  read(key: string): string | null {
    try {
      return this.storage().getItem(key);
    } catch {
      return this.memory.get(key) ?? null;
    }
  }

  /** Ids that were written as JSON; none, where it is something else. */
  readIds(key: string): number[] {
    const ids: unknown = JSON.parse(this.read(key) ?? '[]');
    return Array.isArray(ids) ? ids.filter((id) => Number.isInteger(id)) : [];
  }

  /** The keys that begin with this. */
  keysFrom(start: string): string[] {
    try {
      return Object.keys(this.storage()).filter((key) => key.startsWith(start));
    } catch {
      return [...this.memory.keys()].filter((key) => key.startsWith(start));
    }
  }

  /** @param value null: removes it */
  write(key: string, value: string | null): void {
    try {
      if (value === null) this.storage().removeItem(key);
      else this.storage().setItem(key, value);
    } catch {
      if (value === null) this.memory.delete(key);
      else this.memory.set(key, value);
    }
  }
}

/** Lasts, and is the same in all tabs. */
export const kept = new Kept(() => localStorage);

/** Lasts as long as the tab, also over a reload. */
export const keptInTab = new Kept(() => sessionStorage);
