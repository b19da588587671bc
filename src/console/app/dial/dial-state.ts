import { signal } from '@preact/signals';
import { me } from '../../live/telephony.js';

/** The number in the field of the dial dialog; null: it is closed. */
export const dialling = signal<string | null>(null);

/** @param number with which it begins */
export function openDial(number = ''): void {
  dialling.value = number;
}

export function closeDial(): void {
  dialling.value = null;
}

addEventListener('keydown', (event) => {
  if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  // The browser would search with it.
  event.preventDefault();
  if (me.peek() !== null && dialling.peek() === null) openDial();
});
