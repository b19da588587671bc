import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { LiveTask } from '../../../client/wire.js';
import { ChangeFeed } from '../../change-feed/change-feed.js';
import { type CallTask, CallTasksService, MISSED_CALL } from '../../crm/call-tasks/call-tasks.service.js';
import { LiveSockets } from '../gateway/live-sockets.js';
import { roomOfUser, SUPERVISORS } from '../rooms.js';
import { NaturalBatches } from './natural-batches.js';

/** Most tasks that one statement reads. */
const MOST_READ = 500;

/**
 * Pushes changed tasks. Those of missed customers, and those that nobody has, go to all: whoever is free calls back, and
 * who had such a task sees that another has claimed it. The others go to their agent and to the supervisors. What is lost is seen
 * when the list is read again.
 */
@Injectable()
export class TaskPusher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(TaskPusher.name);
  private readonly batches = new NaturalBatches(() => this.pushSome());
  private readonly changed = new Set<number>();
  private unsubscribe: (() => void) | null = null;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly tasks: CallTasksService,
    private readonly sockets: LiveSockets,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribe = this.feed.onChange(({ tasks = [] }) => this.add(tasks));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.unsubscribe?.();
    await this.batches.stop();
  }

  private add(ids: readonly number[]): void {
    if (ids.length === 0 || this.sockets.count === 0) return;
    for (const id of ids) this.changed.add(id);
    this.batches.wake();
  }

  private async pushSome(): Promise<number> {
    const ids = [...this.changed].slice(0, MOST_READ);
    for (const id of ids) this.changed.delete(id);
    try {
      for (const task of await this.tasks.findByIds(ids)) this.push(task);
    } catch (error) {
      this.logger.warn(`Changed tasks could not be pushed: ${String(error)}`);
    }
    if (this.changed.size > 0) this.batches.wake();
    return ids.length;
  }

  private push(task: CallTask): void {
    const { assignedAgentId, callReason } = task;
    const message = { v: 1, task: toLiveTask(task) } as const;
    if (assignedAgentId === null || callReason === MISSED_CALL) {
      this.sockets.emitToAll('task_changed', message);
    } else {
      this.sockets.emit([roomOfUser(assignedAgentId), SUPERVISORS], 'task_changed', message);
    }
  }
}

function toLiveTask(task: CallTask): LiveTask {
  return {
    id: task.id,
    customerId: task.customerId,
    assignedAgentId: task.assignedAgentId,
    taskDate: task.taskDate,
    priority: task.priority,
    callReason: task.callReason,
    // As in the CRM, a task without a status waits.
    status: task.status ?? 'pending',
    callOutcome: task.callOutcome,
  } satisfies LiveTask;
}
