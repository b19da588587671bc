/** On every answer: a browser must neither guess its type nor keep it, for it may hold customers' numbers. */
export const ANSWER_HEADERS = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' } as const;

/** {@link ANSWER_HEADERS} as names and values alternately, the form of Node.js that costs least. */
export const ANSWER_HEADER_LIST: readonly string[] = Object.entries(ANSWER_HEADERS).flat();
