import { runLoad } from './run-load.js';
import type { LoadAnswer, LoadParameters } from './load-generator.js';

process.on('message', (parameters: LoadParameters) => {
  void runLoad(parameters)
    .catch((error: unknown): LoadAnswer => ({ problem: String(error) }))
    .then((answer) => process.send?.(answer));
});
