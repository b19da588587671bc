import type { WrongField } from '../../api/api-error.js';

export type Kind = 'agent' | 'group' | 'queue' | 'unattended';
export const KINDS: readonly Kind[] = ['agent', 'group', 'queue', 'unattended'];

/** An extension of `GET /api/telephony/extensions`. */
export interface Extension {
  readonly extension: string;
  readonly kind: Kind;
  readonly userId: number | null;
  readonly members: readonly number[];
  readonly memberExtensions: readonly string[];
  readonly label: string | null;
  readonly isPrimary: boolean;
  readonly claimable: boolean;
}

export interface ExtensionPage {
  readonly items: readonly Extension[];
  readonly total: number;
  readonly page: number;
  readonly limit: number;
}

export interface Unassigned {
  readonly extension: string;
  readonly calls: number;
  readonly lastAt: string;
}

export interface Period {
  readonly kind: Kind;
  readonly userId: number | null;
  readonly members: readonly number[];
  readonly memberExtensions: readonly string[];
  readonly from: string;
  readonly to: string | null;
}

export interface ImportResult {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly problems: readonly (WrongField & { readonly line: number })[];
}
