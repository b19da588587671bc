import type { FaultGroup } from '../fault.js';
import { authenticity } from './authenticity.js';
import { body } from './body.js';
import { forwarded } from './forwarded.js';

export const GROUPS: readonly FaultGroup[] = [authenticity, forwarded, body];
