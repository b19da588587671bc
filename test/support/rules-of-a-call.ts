/**
 * The unit tests of the rules of a call as one suite, properties last: a run on each mutant loads the modules once, and a
 * mutant that an example kills is not tried on properties.
 */
import '../unit/call-effects.spec.js';
import '../unit/sweep-rules.spec.js';
import '../unit/end-words.spec.js';
import '../unit/talk.spec.js';
import '../unit/hand-over.spec.js';
import '../unit/projection.spec.js';
import '../unit/merge-preferences.spec.js';
import '../unit/identify-calls.spec.js';
import '../unit/divide-reports.spec.js';
import '../unit/call-of-recording.spec.js';
import '../unit/missed-call-matching.spec.js';
import '../unit/caller-correlation.spec.js';
import '../unit/call-unit-of-work.spec.js';
import '../unit/merge.spec.js';
import '../unit/call-histories.spec.js';
