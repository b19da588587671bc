/** Path of the program Chromium; null where it is not installed. */
export const CHROMIUM: string | null;
