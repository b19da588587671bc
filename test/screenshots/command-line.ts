import { parseArgs } from 'node:util';

export interface Options {
  /** Part of the name of a picture, as `desk-ringing` or `360-dark`; null: all. */
  readonly only: string | null;
  readonly folder: string;
  /** Whether each page is examined too. */
  readonly axe: boolean;
  /** Whether the pictures of the documents are taken instead. */
  readonly documents: boolean;
}

export const HELP = `Takes pictures of every view of the console in every state: English and Bangla, 1280 and 360 pixels wide, light and dark.

Usage: npm run screenshots -- [flags]

  --only <text>            pictures whose name has this text, as desk-ringing or bn-360-dark
  --to <folder>            where they are written; default: screenshots, with --documents docs/images
  --axe                    examines each page too: what axe finds wrong, and whether it scrolls sideways, are errors
  --documents              instead the few small ones that the documents show
  --help                   this text

The service runs in this process on an embedded database of its own, with made-up customers. Needs Chromium. It ends with 1
when a page logs an error or is found wrong, or when a state does not appear.
`;

/** Parses the flags; null for --help. @throws {Error} naming an invalid flag */
export function readCommandLine(args: string[]): Options | null {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      to: { type: 'string' },
      axe: { type: 'boolean', default: false },
      documents: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const { only = null, axe, documents, to = documents ? 'docs/images' : 'screenshots' } = values;
  return { only, axe, documents, folder: to };
}
