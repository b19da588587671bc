import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { EntityManager } from 'typeorm';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { PresenceRepository } from '../../../agents/presence/presence.repository.js';
import { CallTasksService } from '../../../crm/call-tasks/call-tasks.service.js';
import { TaskAssignment } from '../domain/effects/task-assignment.js';

/** Reads who may get the task of a missed customer whom nobody looks after: `TASK_ASSIGNMENT`. */
@Injectable()
export class TaskAssignments {
  constructor(
    private readonly presence: PresenceRepository,
    private readonly tasks: CallTasksService,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  async load(manager: EntityManager): Promise<TaskAssignment> {
    const { taskAssignment: rules } = this.config;
    if (rules.length === 0) return new TaskAssignment([], []);
    const holders = await manager.withRepository(this.presence).findHolders();
    const userIds = holders.map(({ userId }) => userId);
    const open = await this.tasks.countOpenOf(manager, userIds);
    const agents = holders.map((holder) => ({ ...holder, openTasks: open.get(holder.userId) ?? 0 }));
    return new TaskAssignment(rules, agents);
  }
}
