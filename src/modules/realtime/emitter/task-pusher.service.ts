import { setTimeout as pause } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { LiveTask, TaskChangedMessage } from '../../../client/wire.js';
import { isOutage } from '../../../database/database-outage.js';
import { ChangeFeed } from '../../change-feed/change-feed.js';
import { type CallTask, CallTasksService, MISSED_CALL } from '../../crm/call-tasks/call-tasks.service.js';
import { LiveSockets } from '../gateway/live-sockets.js';
import { roomOfUser } from '../rooms.js';
import { inSlices } from './in-slices.js';
import { NaturalBatches } from './natural-batches.js';
import { SupervisorFlood } from './supervisor-flood.service.js';

/** Most tasks that one statement reads. */
const MOST_READ = 2_000;

/** Pause after the database did not answer. */
const OUTAGE_MS = 1_000;

/**
 * Most tasks that all staff are told one by one within {@link ALL_REST_MS}: each is a message to every browser. With 300
 * browsers, 14 a second cost as much as half of the intake.
 */
const MOST_TOLD_TO_ALL = 20;

/** Pause between two requests to all to read the tasks again, in milliseconds. */
const ALL_REST_MS = 10_000;

const WHY = 'More tasks of nobody than can be shown one by one';

/**
 * Pushes changed tasks to their agent and to supervisors. A missed customer of nobody is on the desk of every agent, so
 * that task goes to all. One that any agent might take, of a missed customer or of nobody, goes to all when it waits no
 * more: nobody calls a customer whom another one has claimed. If there are very many of those, all are told to read the list
 * again. What is lost is seen then, too.
 */
@Injectable()
export class TaskPusher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(TaskPusher.name);
  private readonly batches = new NaturalBatches(() => this.pushSome());
  private readonly resyncs = new NaturalBatches(
    () => this.resync(),
    () => ALL_REST_MS,
  );
  private readonly changed = new Set<number>();
  private readonly toldToAll = new WindowedCount(ALL_REST_MS);
  private unsubscribe: (() => void) | null = null;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly tasks: CallTasksService,
    private readonly sockets: LiveSockets,
    private readonly flood: SupervisorFlood,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribe = this.feed.onChange(({ tasks = [] }) => this.add(tasks));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.unsubscribe?.();
    await Promise.all([this.batches.stop(), this.resyncs.stop()]);
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
      const tasks = await this.tasks.findByIds(ids);
      const supervisors = this.flood.roomsTold(ids.length);
      const forAll = tasks.filter(concernsAll);
      await inSlices(
        tasks.filter((task) => !concernsAll(task)),
        (task) => this.push(task, supervisors),
      );
      const isFlood = forAll.length > 0 && this.toldToAll.add(forAll.length) > MOST_TOLD_TO_ALL;
      if (isFlood) this.resyncs.wake();
      else for (const task of forAll) this.sockets.emitToAll('task_changed', messageOf(task));
    } catch (error) {
      this.logger.warn(`Changed tasks could not be pushed: ${String(error)}`);
      if (isOutage(error)) {
        for (const id of ids) this.changed.add(id);
        await pause(OUTAGE_MS, undefined, { ref: false });
      }
    }
    if (this.changed.size > 0) this.batches.wake();
    return ids.length;
  }

  private push(task: CallTask, supervisors: readonly string[]): void {
    const agent = task.assignedAgentId === null ? [] : [roomOfUser(task.assignedAgentId)];
    this.sockets.emit([...agent, ...supervisors], 'task_changed', messageOf(task));
  }

  private resync(): Promise<number> {
    this.sockets.emitToAll('resync', { v: 1, why: WHY });
    return Promise.resolve(1);
  }
}

/** Counts what happened since a window began; the next one begins with the first thing after it. */
class WindowedCount {
  private endsAt = -Infinity;
  private count = 0;

  constructor(private readonly ms: number) {}

  /** @returns the count of the window, with these */
  add(more: number): number {
    const now = performance.now();
    if (now >= this.endsAt) {
      this.endsAt = now + this.ms;
      this.count = 0;
    }
    this.count += more;
    return this.count;
  }
}

function concernsAll({ assignedAgentId, callReason, status }: CallTask): boolean {
  const isMissed = callReason === MISSED_CALL;
  const isOfNobody = assignedAgentId === null;
  const isTaken = (isMissed || isOfNobody) && (status ?? 'pending') !== 'pending';
  return isTaken || (isMissed && isOfNobody);
}

function messageOf(task: CallTask): TaskChangedMessage {
  return { v: 1, task: toLiveTask(task) };
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
