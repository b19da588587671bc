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
 * Pushes changed tasks to their agent and to supervisors. A missed customer of nobody is on the desk of every agent, so
 * that task goes to all. One that any agent might take, of a missed customer or of nobody, goes to all when it waits no
 * more: nobody calls a customer whom another one has claimed. What is lost is seen when the list is read again.
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
    const { assignedAgentId, callReason, status } = task;
    const message = { v: 1, task: toLiveTask(task) } as const;
    const isMissed = callReason === MISSED_CALL;
    const isOfNobody = assignedAgentId === null;
    const isTaken = (isMissed || isOfNobody) && (status ?? 'pending') !== 'pending';
    if (isTaken || (isMissed && isOfNobody)) {
      this.sockets.emitToAll('task_changed', message);
      return;
    }
    const agent = isOfNobody ? [] : [roomOfUser(assignedAgentId)];
    this.sockets.emit([...agent, SUPERVISORS], 'task_changed', message);
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
