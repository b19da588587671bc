import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource, type EntityManager } from 'typeorm';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { extensionForm, extensionProblem } from '../../../../common/extension.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { inTransaction } from '../../../../database/transaction.js';
import { AuditService } from '../../../audit/audit.service.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import { type Assignment, assignmentProblem } from '../assignment.js';
import { ExtensionChanges, type Outcome } from '../extension-changes.service.js';
import { EXTENSION_NAME } from '../extension.dto.js';
import { type LineProblem, type ReadLine, readExtensionCsv } from './extension-csv.js';

export interface ImportResult {
  readonly dryRun: boolean;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly problems: readonly LineProblem[];
}

type Counts = Record<Outcome, number>;

/** Thrown to roll back the transaction of a dry run. */
class DryRunRollback extends Error {
  constructor(readonly counts: Counts) {
    super('This was a dry run');
  }
}

/** Enters a list of extensions: all of it, or nothing if any line is wrong. */
@Injectable()
export class ExtensionImport {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ExtensionChanges,
    private readonly audit: AuditService,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * A dry run names the problems of each line and counts what the others would do.
   * @throws DomainError VALIDATION_FAILED with the problem of each line, unless it is a dry run
   */
  async run(agent: AgentIdentity, csv: string, dryRun: boolean): Promise<ImportResult> {
    const { lines, problems } = readExtensionCsv(csv, (assignment) => this.problemOf(assignment));
    if (problems.length > 0 && !dryRun) throw refusal(problems);
    try {
      const counts = await inTransaction(this.dataSource, async (manager) => {
        await this.changes.lock(manager);
        const written = await this.write(manager, agent, lines);
        if (dryRun) throw new DryRunRollback(written);
        return written;
      });
      return { dryRun, ...counts, problems };
    } catch (error) {
      if (error instanceof DryRunRollback) return { dryRun, ...error.counts, problems };
      throw error;
    }
  }

  private async write(
    manager: EntityManager,
    agent: AgentIdentity,
    lines: readonly ReadLine[],
  ): Promise<Counts> {
    const counts: Counts = { created: 0, changed: 0, unchanged: 0 };
    const changed: string[] = [];
    for (const { assignment } of lines) {
      const outcome = await this.changes.assign(manager, assignment, agent.userId);
      counts[outcome] += 1;
      if (outcome !== 'unchanged') changed.push(assignment.extension.toLowerCase());
    }
    const acts = changed.map(
      (extension) => ({ agent, action: 'extension.assign', subject: `extension:${extension}` }) as const,
    );
    if (acts.length > 0) await this.audit.recordAll(manager, acts);
    return counts;
  }

  private problemOf(assignment: Assignment): string | null {
    const { extension, kind } = assignment;
    if (!EXTENSION_NAME.test(extension))
      return 'extension must be 1 to 30 characters: letters, digits and * # . - _';
    if (kind === 'agent') {
      const problem = extensionProblem(extension, this.config.extensions);
      if (problem === 'form') return `extension must be ${extensionForm(this.config.extensions)}`;
      if (problem !== null) return `${extension} is an emergency number or a short code`;
    }
    const { label } = assignment;
    if (typeof label === 'string' && (label.length > 100 || /\p{Cc}/u.test(label))) {
      return 'label must be one line of at most 100 characters';
    }
    return assignmentProblem(assignment)?.problem ?? null;
  }
}

function refusal(problems: readonly LineProblem[]): DomainError {
  return new DomainError(
    'VALIDATION_FAILED',
    `${problems.length} lines of the list are wrong, and nothing was entered. Correct them, or ask with dryRun first`,
    problems.slice(0, 100).map(({ line, problem }) => ({ field: `csv line ${line}`, problem })),
  );
}
