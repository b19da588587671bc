import { ChangeFeed } from '../../src/modules/change-feed/change-feed.js';
import type { CallTasksService } from '../../src/modules/crm/call-tasks/call-tasks.service.js';
import { SupervisorFlood } from '../../src/modules/realtime/emitter/supervisor-flood.service.js';
import { TaskPusher } from '../../src/modules/realtime/emitter/task-pusher.service.js';
import type { LiveSockets } from '../../src/modules/realtime/gateway/live-sockets.js';
import { eventually } from '../support/eventually.js';

const OF_NOBODY = { assignedAgentId: null, callReason: 'missed_call', status: 'pending' };

describe('missed customers of nobody', () => {
  it('are told to all one by one, until they are too many, even if each comes alone', async () => {
    const told: string[] = [];
    const sockets = {
      count: 1,
      emitToAll: (event: string) => void told.push(event),
      emit: () => undefined,
    } as unknown as LiveSockets;
    const tasks = {
      findByIds: (ids: number[]) => Promise.resolve(ids.map((id) => ({ id, ...OF_NOBODY }))),
    } as unknown as CallTasksService;
    const feed = new ChangeFeed();
    const pusher = new TaskPusher(feed, tasks, sockets, new SupervisorFlood(sockets));
    pusher.onApplicationBootstrap();

    for (let id = 1; id <= 20; id += 1) {
      feed.announce({ tasks: [id] });
      await eventually(() => expect(told).toHaveLength(id));
    }
    expect(new Set(told)).toEqual(new Set(['task_changed']));
    feed.announce({ tasks: [21] });
    await eventually(() => expect(told).toHaveLength(21));
    expect(told.at(-1)).toBe('resync');
    await pusher.beforeApplicationShutdown();
  });
});
