import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource, type EntityManager } from 'typeorm';
import { DomainError, type ErrorDetail } from '../../../../common/errors/domain-error.js';
import { extensionForm, extensionProblem } from '../../../../common/extension.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { inTransaction } from '../../../../database/transaction.js';
import { AuditService } from '../../../audit/audit.service.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import { type Assignment, assignmentProblem, completeAssignment, nestingProblem } from '../assignment.js';
import { ExtensionChanges, type Outcome } from '../extension-changes.service.js';
import { EXTENSION_NAME, MOST_MEMBERS } from '../extension.dto.js';
import { ExtensionRepository } from '../extension.repository.js';
import { extensionKey } from '../timeline/extension-timeline.js';
import { type LineProblem, type ReadLine, readExtensionCsv } from './extension-csv.js';

export interface ImportResult {
  readonly dryRun: boolean;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly problems: readonly LineProblem[];
}

type Outcomes = Map<string, Outcome>;

/** Thrown to roll back the transaction of a dry run. */
class DryRunRollback extends Error {
  constructor(readonly result: ImportResult) {
    super('This was a dry run');
  }
}

/** Enters a list of extensions: all of it, or nothing if any line is wrong. */
@Injectable()
export class ExtensionImport {
  constructor(
    private readonly dataSource: DataSource,
    private readonly extensions: ExtensionRepository,
    private readonly changes: ExtensionChanges,
    private readonly audit: AuditService,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * A dry run names the problems of each line and counts what the others would do.
   * @throws DomainError VALIDATION_FAILED with the problem of each line, unless it is a dry run
   */
  async run(agent: AgentIdentity, csv: string, dryRun: boolean): Promise<ImportResult> {
    const { lines, problems: unread } = readExtensionCsv(csv);
    try {
      return await inTransaction(this.dataSource, async (manager) => {
        await this.changes.lock(manager);
        const { outcomes, problems: refused } = await this.write(manager, agent, lines);
        const problems = [...unread, ...refused].sort((a, b) => a.line - b.line);
        if (dryRun) throw new DryRunRollback({ dryRun, ...countsOf(outcomes), problems });
        if (problems.length > 0) throw refusal(problems);
        await this.record(manager, agent, outcomes);
        return { dryRun, ...countsOf(outcomes), problems };
      });
    } catch (error) {
      if (error instanceof DryRunRollback) return error.result;
      throw error;
    }
  }

  /** @returns the outcomes of the lines without a problem, by extension */
  private async write(
    manager: EntityManager,
    agent: AgentIdentity,
    lines: readonly ReadLine[],
  ): Promise<{ outcomes: Outcomes; problems: LineProblem[] }> {
    const extensions = manager.withRepository(this.extensions);
    const stored = new Map((await extensions.findAll()).map((row) => [row.extension, row]));
    const outcomes: Outcomes = new Map();
    const lineOf = new Map<string, number>();
    const problems: LineProblem[] = [];
    for (const { line, assignment: given } of lines) {
      const key = extensionKey(given.extension);
      const assignment = completeAssignment(given, stored.get(key));
      const problem = this.problemOf(assignment);
      if (problem === null) {
        outcomes.set(key, await this.changes.assign(manager, assignment, agent.userId));
        lineOf.set(key, line);
      } else problems.push({ line, ...problem });
    }
    // After all lines: one of them may take a member out of its group, and another make it a group.
    for (const nested of await extensions.findNested([...lineOf.keys()])) {
      const key = lineOf.has(nested.group) ? nested.group : nested.member;
      const line = lineOf.get(key);
      if (line === undefined) continue;
      outcomes.delete(key);
      problems.push({ line, ...nestingProblem(key, nested) });
    }
    return { outcomes, problems };
  }

  private async record(manager: EntityManager, agent: AgentIdentity, outcomes: Outcomes): Promise<void> {
    const changed = [...outcomes].filter(([, outcome]) => outcome !== 'unchanged');
    const acts = changed.map(
      ([extension]) => ({ agent, action: 'extension.assign', subject: `extension:${extension}` }) as const,
    );
    if (acts.length > 0) await this.audit.recordAll(manager, acts);
  }

  private problemOf(assignment: Assignment): ErrorDetail | null {
    const { extension, kind, memberUsers, memberExtensions } = assignment;
    if (!EXTENSION_NAME.test(extension)) {
      const problem = 'extension must be 1 to 30 characters: letters, digits and * # . - _';
      return { field: 'extension', problem, rule: 'extension' };
    }
    if (kind === 'agent') {
      const kindOfProblem = extensionProblem(extension, this.config.extensions);
      const problem =
        kindOfProblem === 'form'
          ? `extension must be ${extensionForm(this.config.extensions)}`
          : `${extension} is an emergency number or a short code`;
      if (kindOfProblem !== null) return { field: 'extension', problem, rule: 'extension' };
    }
    if (!memberExtensions.every((member) => EXTENSION_NAME.test(member))) {
      const problem = 'memberExtensions must be extensions of 1 to 30 characters, separated by |';
      return { field: 'memberExtensions', problem, rule: 'extension' };
    }
    if (memberUsers.length > MOST_MEMBERS || memberExtensions.length > MOST_MEMBERS) {
      const problem = `members must be at most ${MOST_MEMBERS}`;
      return { field: 'members', problem, rule: 'too_many', limit: MOST_MEMBERS };
    }
    const { label } = assignment;
    if (typeof label === 'string' && (label.length > 100 || /\p{Cc}/u.test(label))) {
      const problem = 'label must be one line of at most 100 characters';
      return { field: 'label', problem, rule: 'form' };
    }
    return assignmentProblem(assignment);
  }
}

function countsOf(outcomes: Outcomes): Record<Outcome, number> {
  const counts = { created: 0, changed: 0, unchanged: 0 };
  for (const outcome of outcomes.values()) counts[outcome] += 1;
  return counts;
}

function refusal(problems: readonly LineProblem[]): DomainError {
  return new DomainError(
    'VALIDATION_FAILED',
    `${problems.length} lines of the list are wrong, and nothing was entered. Correct them, or ask with dryRun first`,
    problems.slice(0, 100).map(({ line, ...problem }) => ({ ...problem, field: `csv line ${line}` })),
  );
}
