const StrykerEnvironment = require('@stryker-mutator/jest-runner/jest-env/node');

/** Skips what follows the first test that fails: a mutant dies once. Stryker loads it with require(). */
module.exports = class FirstFailureEnvironment extends StrykerEnvironment {
  hasFailure = false;

  handleTestEvent(event) {
    if (event.name === 'test_fn_failure') this.hasFailure = true;
    if (event.name === 'test_start' && this.hasFailure) event.test.mode = 'skip';
  }
};
