import type { SocketAnswer, SocketRequest } from './socket-process.js';
import { Watchers } from './watchers.js';

const watchers = new Watchers();

async function perform(request: SocketRequest): Promise<unknown> {
  switch (request.task) {
    case 'connect':
      return watchers.connect(request);
    case 'delays':
      return watchers.delays(request.accepted);
    case 'moved':
      return watchers.moved(request.withinMs);
    case 'close':
      return watchers.close();
  }
}

process.on('message', (request: SocketRequest) => {
  void perform(request)
    .then((result): SocketAnswer => ({ result }))
    .catch((error: unknown): SocketAnswer => ({ problem: String(error) }))
    .then((answer) => process.send?.(answer));
});
