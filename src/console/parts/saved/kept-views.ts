import { kept } from '../../session/kept.js';

export interface SavedView {
  readonly name: string;
  /** As the address has it after the question mark. */
  readonly address: string;
}

const keyOf = (of: string, userId: number): string => `telephony.views.${of}.${userId}`;

function isView(value: unknown): value is SavedView {
  const { name, address } = (value ?? {}) as Partial<Record<keyof SavedView, unknown>>;
  return typeof name === 'string' && typeof address === 'string';
}

/** Of this user alone: others may sign in to the same browser. */
export function readSaved(of: string, userId: number): readonly SavedView[] {
  try {
    const views: unknown = JSON.parse(kept.read(keyOf(of, userId)) ?? '[]');
    return Array.isArray(views) ? views.filter(isView) : [];
  } catch {
    // Something else wrote there.
    return [];
  }
}

export function writeSaved(of: string, userId: number, views: readonly SavedView[]): void {
  kept.write(keyOf(of, userId), views.length === 0 ? null : JSON.stringify(views));
}
