import type { Locator, Page } from 'playwright-core';
import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import type { Stage } from './stage.js';

export const LANGUAGES = ['en', 'bn'] as const;
export const WIDTHS = [1280, 360] as const;
export const THEMES = ['light', 'dark'] as const;
export type Language = (typeof LANGUAGES)[number];

/** One state of one view. */
export interface Picture {
  /** `<view>-<state>`, with which the names of its files begin. */
  readonly name: string;
  /** null: nobody is signed in. */
  readonly who: TokenRequest | null;
  /** What follows `#/` in the address; default: where the console begins. */
  readonly path?: string | ((stage: Stage) => string);
  /** What is so before the page is opened. */
  readonly before?: (stage: Stage, page: Page) => Promise<void>;
  /** What is done once the page is live. */
  readonly act?: (page: Page, stage: Stage) => Promise<void>;
  /** When this is there the picture is taken. */
  readonly shows: (page: Page) => Locator;
  /** Messages of the browser's console that belong to the state. Any other error fails the run. */
  readonly expected?: RegExp;
}

/** Finds what is said in either language. */
export function either(en: string, bn: string): RegExp {
  return new RegExp(`${en}|${bn}`, 'u');
}

export function nameOf(picture: Picture, language: Language, width: number, theme: string): string {
  return `${picture.name}-${language}-${width}-${theme}`;
}
