import type { FaultGroup } from '../fault.js';
import { authenticity } from './authenticity.js';
import { batches } from './batches.js';
import { body } from './body.js';
import { database } from './database.js';
import { delivery } from './delivery.js';
import { forwarded } from './forwarded.js';
import { kills } from './kills.js';
import { limits } from './limits.js';
import { live } from './live.js';
import { load } from './load.js';
import { recordings } from './recordings.js';

export const GROUPS: readonly FaultGroup[] = [
  authenticity,
  forwarded,
  limits,
  body,
  delivery,
  batches,
  kills,
  database,
  live,
  recordings,
  load,
];
