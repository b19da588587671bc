import { runLoad } from './run-load.js';
import type { LoadOrder } from './load-generator.js';

process.on('message', (order: LoadOrder) => {
  void runLoad(order).then((load) => process.send?.(load));
});
