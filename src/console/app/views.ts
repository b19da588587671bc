import type { ComponentType } from 'preact';
import { shell } from '../i18n/shell.js';
import { supervisorWords } from '../i18n/supervisor.js';
import { Desk } from '../views/desk/desk.js';

export interface View {
  /** The first part of the address after `#/`; '' is where the console begins. */
  readonly path: string;
  /** In the bar, in the language of the moment. */
  readonly title: () => string;
  /** Who sees it in the bar. What he may read, the service decides. */
  readonly for: 'everybody' | 'supervisors';
  /** Given: it is part of the first script. */
  readonly component?: ComponentType;
  /** Otherwise: its own script, loaded when it is opened. */
  readonly load?: () => Promise<ComponentType>;
}

/** All views, in the order of the bar. To add one: docs/development.md, "Views of the console". */
export const VIEWS: readonly View[] = [
  { path: '', title: () => shell().desk, for: 'everybody', component: Desk },
  {
    path: 'calls',
    title: () => supervisorWords().calls,
    for: 'supervisors',
    load: () => import('../views/life/life.js').then((view) => view.CallLives),
  },
  {
    path: 'inbox',
    title: () => supervisorWords().inbox,
    for: 'supervisors',
    load: () => import('../views/inbox/inbox.js').then((view) => view.Inbox),
  },
  {
    path: 'extensions',
    title: () => supervisorWords().extensions,
    for: 'supervisors',
    load: () => import('../views/extensions/extensions.js').then((view) => view.Extensions),
  },
];
