import { Injectable, Logger } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { EntityManager } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { DomainError } from '../../common/errors/domain-error.js';
import { type ErrorCode, HTTP_STATUS_OF } from '../../common/errors/error-code.js';
import { currentRequest } from '../../common/http/request-context.js';
import type { AgentIdentity } from '../auth/agent-identity.js';
import type { AuditAction } from './audit-action.js';
import type { AuditDetails, AuditEntry } from './audit-entry.entity.js';
import { AuditRepository } from './audit.repository.js';

/** An act of a user. */
export interface Act {
  /** null: an operator at the command line. */
  readonly agent: AgentIdentity | null;
  readonly action: AuditAction;
  /** What the act is on: see {@link AuditEntry.subject}. */
  readonly subject: string;
}

/**
 * Most refusals of one user and action that are recorded in a minute by one instance: a client in a loop must not fill the
 * table.
 */
const MAX_REFUSALS_PER_MINUTE = 30;

/** Records the acts of users. Address and request id are those of the current request. */
@Injectable()
export class AuditService {
  private readonly logger = new Logger(AuditService.name);
  private readonly refusals = new RateLimiterMemory({ points: MAX_REFUSALS_PER_MINUTE, duration: 60 });

  constructor(private readonly entries: AuditRepository) {}

  /**
   * Records an act as done, in the transaction of the act: both are committed, or neither.
   * @returns the id of the entry, for {@link fail}
   */
  async record(manager: EntityManager, act: Act): Promise<string> {
    const entries = manager.withRepository(this.entries);
    const entry = await entries.save(entries.create({ ...rowOf(act), outcome: 'done', code: null }));
    return entry.id;
  }

  /** Records an act that changes nothing, such as a look. */
  async recordLook(act: Act): Promise<void> {
    await this.entries.insert({ ...rowOf(act), outcome: 'done', code: null });
  }

  /**
   * Records an act that takes a while, before it begins. It stays like this if the process is killed meanwhile.
   * @returns the id of the entry, for {@link end}
   */
  async begin(act: Act, details: AuditDetails): Promise<string> {
    const entry = await this.entries.save(
      this.entries.create({ ...rowOf(act), outcome: 'done', code: null, details }),
    );
    return entry.id;
  }

  /** Completes an entry of {@link begin}. */
  async end(id: string, end: Pick<AuditEntry, 'outcome' | 'code' | 'details'>): Promise<void> {
    await this.entries.update({ id }, end as QueryDeepPartialEntity<AuditEntry>);
  }

  /** Records many acts as {@link record} does one. */
  async recordAll(manager: EntityManager, acts: readonly Act[]): Promise<void> {
    const rows = acts.map((act) => ({ ...rowOf(act), outcome: 'done' as const, code: null }));
    await manager.withRepository(this.entries).insert(rows);
  }

  /** Records an act that a rule refused without an error, in the transaction that decided it. */
  async recordRefused(manager: EntityManager, act: Act, code: ErrorCode): Promise<void> {
    await manager.withRepository(this.entries).insert({ ...rowOf(act), outcome: 'refused', code });
  }

  /** Changes an entry: what was asked of the PBX failed after the entry had been committed. */
  async fail(manager: EntityManager, id: string, code: ErrorCode): Promise<void> {
    await manager.withRepository(this.entries).update({ id }, { outcome: 'failed', code });
  }

  /** Runs an act and records it when a rule of this service refuses it. Its own transaction is rolled back by then. */
  async recordingRefusals<T>(act: Act, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isRefusal(error) && (await this.mayRecordRefusal(act))) await this.insertRefused(act, error.code);
      throw error;
    }
  }

  /** The user is answered with the refusal, also when it cannot be recorded. */
  private async insertRefused(act: Act, code: ErrorCode): Promise<void> {
    try {
      await this.entries.insert({ ...rowOf(act), outcome: 'refused', code });
    } catch (error) {
      this.logger.error(`A refusal (${act.action}, ${code}) could not be recorded`, error);
    }
  }

  /** The first refusal of a minute that is not recorded has a line in the log. */
  private async mayRecordRefusal({ agent, action }: Act): Promise<boolean> {
    if (agent === null) return true;
    try {
      await this.refusals.consume(`${agent.userId} ${action}`);
      return true;
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      if (error.consumedPoints === MAX_REFUSALS_PER_MINUTE + 1) {
        this.logger.warn(
          `More than ${MAX_REFUSALS_PER_MINUTE} acts of one user were refused in a minute: the further ones are not recorded`,
          { user: String(agent.userId), action },
        );
      }
      return false;
    }
  }
}

function rowOf({ agent, action, subject }: Act) {
  const request = currentRequest();
  return {
    userId: agent?.userId ?? null,
    role: agent?.role ?? 'operator',
    // Only an IPv6 address with a zone is longer than the column.
    address: request?.address.slice(0, 45) ?? null,
    action,
    subject: subject.slice(0, 300),
    requestId: request?.requestId ?? null,
  };
}

/** Errors of the PBX and of the service are failures. */
function isRefusal(error: unknown): error is DomainError {
  return error instanceof DomainError && HTTP_STATUS_OF[error.code] < 500;
}

/** The code with which an act that threw is recorded. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof DomainError ? error.code : 'INTERNAL';
}
