import * as fc from 'fast-check';

// A mutant must die or live for the tests' sake alone, and how it fails does not matter.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20260103, endOnFailure: true });
