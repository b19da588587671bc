import type { Picture } from '../picture.js';
import { ANY_VIEW } from './any-view.js';
import { DESK, DESK_AT_FIRST } from './desk.js';
import { SUPERVISOR_AT_FIRST, SUPERVISORS } from './supervisor.js';

/** On a database that nothing was written to. To add a state: a row in the list of its view. */
export const AT_FIRST: readonly Picture[] = [...DESK_AT_FIRST, ...SUPERVISOR_AT_FIRST];

export const SEEDED: readonly Picture[] = [...DESK, ...SUPERVISORS, ...ANY_VIEW];
