import { NUMBERS } from '../customers.js';
import { either, type Picture } from '../picture.js';
import { SUPERVISOR } from '../stage.js';

/** While there are no customers, calls and tasks. */
export const SUPERVISOR_AT_FIRST: readonly Picture[] = ['calls', 'wallboard', 'reports', 'inbox', 'extensions'].map((path) => ({
  name: `${path}-empty`,
  who: SUPERVISOR,
  path,
  shows: (page) => page.locator('main .empty, main table'),
}));

export const SUPERVISORS: readonly Picture[] = [
  {
    name: 'calls-list',
    documented: ['en', 'bn'],
    who: SUPERVISOR,
    path: 'calls?rangeDays=7&direction=inbound',
    act: (page) => page.locator('.log-line').first().click(),
    shows: (page) => page.locator('.log-details'),
  },
  {
    name: 'calls-filters',
    who: SUPERVISOR,
    path: 'calls?queueName=Sales',
    shows: (page) => page.locator('.log-line'),
  },
  {
    name: 'wallboard-now',
    documented: ['en', 'bn'],
    who: SUPERVISOR,
    path: 'wallboard',
    before: async (stage) => {
      await stage.ring(NUMBERS.vip);
      await stage.answer(await stage.ring(NUMBERS.shared, '202'), '202');
    },
    shows: (page) => page.locator('.board-call').nth(1),
  },
  {
    name: 'reports-today',
    documented: ['en', 'bn'],
    who: SUPERVISOR,
    path: 'reports',
    shows: (page) => page.locator('.chart canvas'),
  },
  {
    name: 'audit-list',
    who: SUPERVISOR,
    path: 'audit',
    shows: (page) => page.locator('.audit-entry'),
  },
  {
    name: 'calls-life',
    documented: ['en'],
    who: SUPERVISOR,
    path: (stage) => `calls/${stage.knownCall}`,
    shows: (page) => page.getByText('BN-CALL-1024'),
  },
  {
    name: 'calls-while_it_rings',
    who: { ...SUPERVISOR, extension: '201' },
    path: 'calls',
    before: async (stage) => {
      await stage.ring(NUMBERS.vip);
    },
    shows: (page) => page.getByRole('alert').getByRole('link'),
  },
  { name: 'inbox-list', who: SUPERVISOR, path: 'inbox', shows: (page) => page.locator('main summary') },
  {
    name: 'inbox-bytes',
    who: SUPERVISOR,
    path: 'inbox',
    act: (page) => page.locator('main summary').first().click(),
    shows: (page) => page.locator('main pre'),
  },
  {
    name: 'inbox-replay',
    who: SUPERVISOR,
    path: 'inbox',
    act: (page) => page.getByRole('button', { name: either('Try again', 'আবার চেষ্টা') }).first().click(),
    shows: (page) => page.getByRole('dialog').locator('p, li'),
  },
  {
    name: 'inbox-discard',
    who: SUPERVISOR,
    path: 'inbox',
    act: (page) => page.getByRole('button', { name: either('Discard', 'বাদ দিন') }).first().click(),
    shows: (page) => page.getByRole('dialog'),
  },
  {
    name: 'extensions-list',
    who: SUPERVISOR,
    path: 'extensions',
    shows: (page) => page.getByText('Tanvir'),
  },
  {
    name: 'extensions-change',
    who: SUPERVISOR,
    path: 'extensions',
    act: (page) => page.getByRole('button', { name: /: 201$/u }).first().click(),
    shows: (page) => page.getByRole('dialog'),
  },
  {
    name: 'extensions-import',
    who: SUPERVISOR,
    path: 'extensions',
    act: (page) => page.getByRole('button', { name: either('Import a list', 'তালিকা আনুন') }).click(),
    shows: (page) => page.getByRole('dialog'),
  },
  {
    name: 'extensions-history',
    who: SUPERVISOR,
    path: 'extensions',
    act: (page) => page.getByRole('button', { name: either('History: 201', 'ইতিহাস: 201') }).click(),
    shows: (page) => page.getByRole('dialog').locator('li'),
  },
];
