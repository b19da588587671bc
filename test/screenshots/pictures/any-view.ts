import type { Page } from 'playwright-core';
import type { Picture } from '../picture.js';
import { type Stage, SUPERVISOR } from '../stage.js';
import { cut, CUT_OFF, cuttable, failing, LOST, signOut, TRY_AGAIN, waiting } from './conditions.js';

interface Look {
  readonly view: string;
  readonly path: string | ((stage: Stage) => string);
  /** What it reads. */
  readonly reads: RegExp;
  /** There once it is read. */
  readonly content: string;
}

const VIEWS: readonly Look[] = [
  { view: 'calls', path: 'calls', reads: /telephony\/calls\?/u, content: '.log-line' },
  { view: 'life', path: ({ knownCall }) => `calls/${knownCall}`, reads: /\/life$/u, content: '.life-entry' },
  { view: 'wallboard', path: 'wallboard', reads: /telephony\/wallboard/u, content: '.board-figure' },
  { view: 'reports', path: 'reports', reads: /reports\/kpi/u, content: '.chart canvas' },
  { view: 'inbox', path: 'inbox', reads: /webhook-receipts\?/u, content: 'main summary' },
  { view: 'extensions', path: 'extensions', reads: /telephony\/extensions\?/u, content: '.desks-acts' },
  { view: 'audit', path: 'audit', reads: /telephony\/audit/u, content: '.audit-entry' },
];

/** What may happen to every view of supervisors. */
export const ANY_VIEW: readonly Picture[] = VIEWS.flatMap(({ view, path, reads, content }): Picture[] => {
  const isRead = (page: Page): Promise<void> => page.locator(content).first().waitFor();
  const shown = { who: SUPERVISOR, path };
  return [
    {
      ...shown,
      name: `${view}-loading`,
      before: waiting(reads),
      shows: (page) => page.locator('main .loading, main [role=status]:not(:empty)'),
    },
    {
      ...shown,
      name: `${view}-error`,
      before: failing(reads),
      shows: (page) => page.getByRole('button', { name: TRY_AGAIN }),
      expected: /503/u,
    },
    {
      ...shown,
      name: `${view}-offline`,
      before: cuttable,
      act: async (page) => {
        await isRead(page);
        await cut(page);
      },
      shows: (page) => page.getByText(LOST),
      expected: CUT_OFF,
    },
    {
      ...shown,
      name: `${view}-session_ended`,
      act: async (page) => {
        await isRead(page);
        await signOut(page);
      },
      shows: (page) => page.getByRole('alert').getByRole('textbox'),
    },
  ];
});
