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
  /** Languages in which docs/images has it. */
  readonly documented?: readonly Language[];
}

/** One file: a state in one language, width and theme. */
export interface Shot {
  readonly name: string;
  readonly language: Language;
  readonly width: number;
  readonly theme: (typeof THEMES)[number];
  /** null: as high as the page. */
  readonly height: number | null;
  /** Whether it may lose colours. */
  readonly isSmall: boolean;
}

/** Finds what is said in either language. */
export function either(en: string, bn: string): RegExp {
  return new RegExp(`${en}|${bn}`, 'u');
}

/** In every language, width and theme. */
export function shotsOf({ name }: Pick<Picture, 'name'>): Shot[] {
  return LANGUAGES.flatMap((language) =>
    WIDTHS.flatMap((width) =>
      THEMES.map((theme) => ({
        name: `${name}-${language}-${width}-${theme}`,
        language,
        width,
        theme,
        height: null,
        isSmall: false,
      })),
    ),
  );
}

/** Those of the documents: small ones. */
export function documentShotsOf({ name, documented = [] }: Picture): Shot[] {
  return documented.map((language) => ({
    name: `${name}-${language}`,
    language,
    width: 1280,
    theme: 'light',
    height: 680,
    isSmall: true,
  }));
}
