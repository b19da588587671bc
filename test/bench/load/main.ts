import { runLoad } from './run-load.js';
import type { LoadAnswer, LoadOrder } from './load-generator.js';

process.on('message', (order: LoadOrder) => {
  void runLoad(order)
    .catch((error: unknown): LoadAnswer => ({ problem: String(error) }))
    .then((answer) => process.send?.(answer));
});
