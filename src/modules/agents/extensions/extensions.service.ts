import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { DomainError, type ErrorDetail } from '../../../common/errors/domain-error.js';
import { assertExtension } from '../../../common/extension.js';
import { Clock } from '../../../common/time/clock.js';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { inTransaction } from '../../../database/transaction.js';
import { type Act, AuditService } from '../../audit/audit.service.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { type Assignment, assignmentProblem, nestingProblem } from './assignment.js';
import { ExtensionChanges } from './extension-changes.service.js';
import type { AssignExtensionRequest } from './extension.dto.js';
import {
  type ExtensionFilter,
  ExtensionRepository,
  type ExtensionWithMembers,
  type UnassignedExtension,
} from './extension.repository.js';
import { ExtensionPeriod } from './timeline/extension-period.entity.js';
import { extensionKey } from './timeline/extension-timeline.js';

const DAY_MS = 86_400_000;

/** How long a call tells that an extension is in use. */
const SEEN_DAYS = 30;

/** Most extensions without a user that are listed. */
const MOST_UNASSIGNED = 500;

/** Most periods of an extension that are listed. */
const MOST_PERIODS = 100;

/** Who holds which extension: what supervisors set, and what agents claim. */
@Injectable()
export class ExtensionsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly extensions: ExtensionRepository,
    private readonly changes: ExtensionChanges,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  async getPage(
    filter: ExtensionFilter,
    page: number,
    limit: number,
  ): Promise<{ items: ExtensionWithMembers[]; total: number }> {
    const [items, total] = await this.extensions.findPage(filter, page, limit);
    return { items, total };
  }

  /** Extensions of recent calls that no user holds, and that are no group and no machine. */
  getUnassigned(): Promise<UnassignedExtension[]> {
    const since = new Date(this.clock.now().getTime() - SEEN_DAYS * DAY_MS);
    return this.extensions.findUnassigned(since, MOST_UNASSIGNED);
  }

  /** What an extension was, newest first. */
  getHistory(extension: string): Promise<ExtensionPeriod[]> {
    return this.dataSource.manager.find(ExtensionPeriod, {
      where: { extension: extensionKey(extension) },
      order: { toAt: 'DESC', id: 'DESC' },
      take: MOST_PERIODS,
    });
  }

  /**
   * From now on the extension is of this kind, and of this user or these members.
   * @throws DomainError VALIDATION_FAILED, NUMBER_EMERGENCY, NUMBER_SHORT_CODE
   */
  async assign(
    agent: AgentIdentity,
    extension: string,
    request: AssignExtensionRequest,
  ): Promise<ExtensionWithMembers> {
    const act = actOn(agent, 'extension.assign', extension);
    return this.audit.recordingRefusals(act, async () => {
      const assignment = this.assignmentOf(extension, request);
      return inTransaction(this.dataSource, async (manager) => {
        await this.changes.lock(manager);
        await this.changes.assign(manager, assignment, agent.userId);
        const extensions = manager.withRepository(this.extensions);
        const key = extensionKey(extension);
        const [nested] = await extensions.findNested([key]);
        if (nested !== undefined) {
          throw invalid(nestingProblem(key, nested));
        }
        await this.audit.record(manager, act);
        return found(await extensions.findWithMembers(key), extension);
      });
    });
  }

  /**
   * From now on nothing is known of the extension.
   * @throws DomainError EXTENSION_NOT_FOUND
   */
  async remove(agent: AgentIdentity, extension: string): Promise<void> {
    const act = actOn(agent, 'extension.remove', extension);
    await this.audit.recordingRefusals(act, () =>
      inTransaction(this.dataSource, async (manager) => {
        await this.changes.lock(manager);
        if (!(await this.changes.remove(manager, extension))) throw notFound(extension);
        await this.audit.record(manager, act);
      }),
    );
  }

  /**
   * The agent sits at this extension from now on: it becomes his primary one, and other claimable ones of his are free.
   * @throws DomainError EXTENSION_NOT_YOURS when it may not be claimed, or the token names another one
   */
  async claim(agent: AgentIdentity, extension: string): Promise<ExtensionWithMembers> {
    const act = actOn(agent, 'extension.claim', extension);
    return this.audit.recordingRefusals(act, () =>
      inTransaction(this.dataSource, async (manager) => {
        await this.changes.lock(manager);
        const extensions = manager.withRepository(this.extensions);
        const wanted = await extensions.findWithMembers(extensionKey(extension));
        assertClaimable(agent, wanted, extension);
        const left = await extensions.findBy({ userId: agent.userId, claimable: true });
        for (const other of left) {
          if (other.extension === wanted.extension) continue;
          await this.changes.assign(manager, { ...other, ...NOBODY }, agent.userId);
        }
        const taken = { ...wanted, userId: agent.userId, isPrimary: true };
        await this.changes.assign(manager, taken, agent.userId);
        await this.audit.record(manager, act);
        return found(await extensions.findWithMembers(wanted.extension), extension);
      }),
    );
  }

  private assignmentOf(extension: string, request: AssignExtensionRequest): Assignment {
    const { userId = null, members = [], memberExtensions = [], label, claimable, isPrimary } = request;
    const kind = request.kind ?? 'agent';
    if (kind === 'agent' && request.userId === undefined) {
      throw invalid({
        field: 'userId',
        problem: 'userId is required for an extension of an agent; null: nobody holds it',
        rule: 'required',
      });
    }
    const assignment: Assignment = {
      extension,
      kind,
      userId,
      memberUsers: members,
      memberExtensions,
      label,
      claimable,
      isPrimary,
    };
    const problem = assignmentProblem(assignment);
    if (problem !== null) throw invalid(problem);
    if (kind === 'agent') assertExtension(extension, 'extension', this.config.extensions);
    return assignment;
  }
}

const NOBODY = { userId: null, isPrimary: false, memberUsers: [], memberExtensions: [] };

function actOn(agent: AgentIdentity, action: Act['action'], extension: string): Act {
  return { agent, action, subject: `extension:${extensionKey(extension)}` };
}

function assertClaimable(
  agent: AgentIdentity,
  wanted: ExtensionWithMembers | null,
  extension: string,
): asserts wanted is ExtensionWithMembers {
  if (agent.extension !== null && agent.extension !== extension) {
    throw new DomainError(
      'EXTENSION_NOT_YOURS',
      `Your token names extension ${agent.extension}: sign in without it to claim another`,
    );
  }
  if (wanted === null || wanted.kind !== 'agent' || !wanted.claimable) {
    throw new DomainError(
      'EXTENSION_NOT_YOURS',
      `Extension ${extension} cannot be claimed: ask a supervisor to assign it to you, or to make it claimable`,
    );
  }
}

function found(row: ExtensionWithMembers | null, extension: string): ExtensionWithMembers {
  if (row === null) throw notFound(extension);
  return row;
}

function notFound(extension: string): DomainError {
  return new DomainError('EXTENSION_NOT_FOUND', `Extension ${extension} is not in the list of extensions`);
}

function invalid(detail: ErrorDetail): DomainError {
  return new DomainError('VALIDATION_FAILED', detail.problem, [detail]);
}
