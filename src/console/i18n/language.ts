import { effect, signal } from '@preact/signals';
import { kept } from '../session/kept.js';

export const LANGUAGES = ['en', 'bn'] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = 'telephony.language';

function firstLanguage(): Language {
  const chosen = kept.read(KEY);
  if (chosen === 'en' || chosen === 'bn') return chosen;
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith('bn')) ? 'bn' : 'en';
}

/** The language of all pages. Whatever reads it is shown anew when it changes. */
export const language = signal<Language>(firstLanguage());

effect(() => {
  document.documentElement.lang = language.value;
});

export function chooseLanguage(chosen: Language): void {
  kept.write(KEY, chosen);
  language.value = chosen;
}

/**
 * Words of one part of the pages, one object of the same type for each language.
 * @returns the words in the language of the moment; a component that calls it is rendered again in another language
 */
export function wordsIn<Words>(words: Record<Language, Words>): () => Words {
  return () => words[language.value];
}
