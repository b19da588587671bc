import { NUMBERS } from '../customers.js';
import { either, type Picture } from '../picture.js';
import { AGENT, SUPERVISOR } from '../stage.js';

/** While there are no customers, calls and tasks. */
export const SUPERVISOR_AT_FIRST: readonly Picture[] = ['calls', 'wallboard', 'reports', 'inbox', 'extensions', 'audit'].map((path) => ({
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
    act: (page) => page.getByRole('button', { name: either('^Discard:', '^বাদ দিন:') }).first().click(),
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
  {
    name: 'wallboard-500_calls',
    who: SUPERVISOR,
    path: 'wallboard',
    before: (stage) => stage.openManyCalls(500),
    shows: (page) => page.locator('.board-call').nth(59),
  },
  {
    name: 'wallboard-old',
    who: SUPERVISOR,
    path: 'wallboard',
    before: async (_stage, page) => page.clock.install(),
    act: async (page) => {
      await page.locator('.board-figure').first().waitFor();
      await page.route(/telephony\/wallboard/u, (route) => route.abort());
      await page.clock.fastForward(12_000);
    },
    shows: (page) => page.locator('.wallboard.is-old'),
    expected: /ERR_FAILED/u,
  },
  {
    name: 'wallboard-broken',
    who: SUPERVISOR,
    path: 'wallboard',
    before: async (_stage, page) => {
      await page.route(/telephony\/wallboard/u, (route) => route.fulfill({ json: {} }));
    },
    shows: (page) => page.getByRole('alert').getByRole('button'),
    expected: /undefined/u,
  },
  {
    name: 'calls-not_loaded',
    who: SUPERVISOR,
    path: 'calls',
    before: async (_stage, page) => {
      await page.route(/assets\/log-[^/]*\.js/u, (route) => route.abort());
    },
    shows: (page) => page.locator('main .card .button'),
    expected: /ERR_FAILED/u,
  },
  { name: 'calls-own', who: AGENT, path: 'calls', shows: (page) => page.locator('.log-line') },
  {
    name: 'calls-none_found',
    who: SUPERVISOR,
    path: 'calls?queueName=Nowhere',
    shows: (page) => page.locator('main .empty'),
  },
  {
    name: 'calls-more_filters',
    who: SUPERVISOR,
    path: 'calls?rangeDays=7',
    act: async (page) => {
      const more = page.locator('summary', { hasText: either('More filters', 'আরও ছাঁকনি') });
      await more.waitFor({ state: 'attached' });
      // On a narrow page the filters are closed at first.
      if (!(await more.isVisible())) await page.locator('form.card > details > summary').click();
      await more.click();
    },
    shows: (page) => page.locator('.log-more'),
  },
  {
    name: 'calls-saved_views',
    who: SUPERVISOR,
    path: 'calls?status=missed',
    act: async (page) => {
      await page.locator('.saved summary').click();
      await page.locator('.saved input').fill('Missed');
      await page.keyboard.press('Enter');
    },
    shows: (page) => page.locator('.saved-view'),
  },
  {
    name: 'life-not_found',
    who: SUPERVISOR,
    path: 'calls/999999',
    shows: (page) => page.locator('.error-note'),
    expected: /404/u,
  },
  {
    name: 'life-missed',
    who: SUPERVISOR,
    path: (stage) => `calls/${stage.missedCall}`,
    shows: (page) => page.locator('.life-task'),
  },
  {
    name: 'life-clear',
    who: SUPERVISOR,
    path: 'calls?status=ringing',
    before: async (stage) => {
      await stage.ring(NUMBERS.vip);
    },
    act: async (page) => {
      await page.locator('.log-line').first().click();
      await page
        .getByRole('main')
        .getByRole('link', { name: /^\S+ \d+$/u })
        .first()
        .click();
      await page
        .getByRole('button', { name: either('End a stuck call', 'আটকে থাকা কল শেষ করুন') })
        .click();
    },
    shows: (page) => page.getByRole('dialog'),
  },
  {
    name: 'reports-month',
    who: SUPERVISOR,
    path: 'reports?period=month',
    shows: (page) => page.locator('.chart canvas'),
  },
  { name: 'inbox-none', who: SUPERVISOR, path: 'inbox/dead', shows: (page) => page.locator('main .empty') },
  {
    name: 'inbox-discard_all',
    who: SUPERVISOR,
    path: 'inbox/quarantined',
    act: (page) =>
      page.getByRole('button', { name: either('Discard by filter', 'বাছাই করে বাদ দিন') }).click(),
    shows: (page) => page.getByRole('dialog'),
  },
  {
    name: 'extensions-refused',
    who: SUPERVISOR,
    path: 'extensions',
    act: async (page) => {
      await page.getByRole('button', { name: /: 201$/u }).first().click();
      await page.getByRole('dialog').locator('input').first().fill('0');
      await page.getByRole('dialog').locator('.button.main').click();
    },
    shows: (page) => page.getByRole('dialog').locator('.error-note'),
    expected: /400/u,
  },
  {
    name: 'extensions-release',
    who: SUPERVISOR,
    path: 'extensions',
    act: (page) => page.getByRole('button', { name: /: 201$/u }).nth(1).click(),
    shows: (page) => page.getByRole('dialog'),
  },
  {
    name: 'extensions-import_wrong',
    who: SUPERVISOR,
    path: 'extensions',
    act: async (page) => {
      await page.getByRole('button', { name: either('Import a list', 'তালিকা আনুন') }).click();
      await page.getByRole('dialog').locator('textarea').fill('extension,userId\n204,11\n205,nobody\n204,12');
      await page.getByRole('dialog').locator('.button.main').click();
    },
    shows: (page) => page.getByRole('dialog').locator('li'),
  },
  {
    name: 'audit-none_found',
    who: SUPERVISOR,
    path: 'audit?subject=call:999999',
    shows: (page) => page.locator('main .empty'),
  },
];
