import { signal } from '@preact/signals';

/** The number in the field of the dial dialog; null: it is closed. */
export const dialling = signal<string | null>(null);

/** @param number with which it begins */
export function openDial(number = ''): void {
  dialling.value = number;
}

export function closeDial(): void {
  dialling.value = null;
}
