import type { ComponentType } from 'preact';
import { shell } from '../i18n/shell.js';
import { supervisorWords } from '../i18n/supervisor.js';
import { Desk } from '../views/desk/desk.js';

export interface View {
  /** The first part of the address after `#/`; '' is where the console begins. */
  readonly path: string;
  /** Given: of the addresses with this path only those that match, such as of one call. */
  readonly takes?: RegExp;
  /** In the bar, in the language of the moment; not given: it is not in the bar, others lead there. */
  readonly title?: () => string;
  /** Who has it: `overview` are supervisors and whoever sees all calls. What he may read, the service decides. */
  readonly for: 'everybody' | 'overview' | 'supervisors';
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
    takes: /^calls\/\d+$/u,
    for: 'supervisors',
    load: () => import('../views/life/life.js').then((view) => view.LifeOfAddress),
  },
  {
    path: 'calls',
    title: () => shell().calls,
    for: 'everybody',
    load: () => import('../views/log/log.js').then((view) => view.Log),
  },
  {
    path: 'wallboard',
    title: () => shell().wallboard,
    for: 'overview',
    load: () => import('../views/wallboard/wallboard.js').then((view) => view.Wallboard),
  },
  {
    path: 'reports',
    title: () => shell().reports,
    for: 'overview',
    load: () => import('../views/reports/reports.js').then((view) => view.Reports),
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
  {
    path: 'audit',
    title: () => supervisorWords().audit,
    for: 'supervisors',
    load: () => import('../views/audit/audit.js').then((view) => view.Audit),
  },
];
