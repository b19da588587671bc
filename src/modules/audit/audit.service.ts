import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DomainError } from '../../common/errors/domain-error.js';
import { type ErrorCode, HTTP_STATUS_OF } from '../../common/errors/error-code.js';
import { currentRequest } from '../../common/http/request-context.js';
import type { AgentIdentity } from '../auth/agent-identity.js';
import type { AuditAction } from './audit-action.js';
import { AuditRepository } from './audit.repository.js';

/** An act of a user. */
export interface Act {
  /** null: an operator at the command line. */
  readonly agent: AgentIdentity | null;
  readonly action: AuditAction;
  /** What the act is on: see {@link AuditEntry.subject}. */
  readonly subject: string;
}

/** Records the acts of users. Address and request id are those of the current request. */
@Injectable()
export class AuditService {
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

  /** Records an act that a rule refused without an error, in the transaction that decided it. */
  async recordRefused(manager: EntityManager, act: Act, code: ErrorCode): Promise<void> {
    await manager.withRepository(this.entries).insert({ ...rowOf(act), outcome: 'refused', code });
  }

  /** Changes an entry: what was asked of the PBX failed after the entry had been committed. */
  async fail(id: string, error: unknown): Promise<void> {
    await this.entries.update({ id }, { outcome: 'failed', code: codeOf(error) });
  }

  /** Runs an act and records it when a rule of this service refuses it. Its own transaction is rolled back by then. */
  async recordingRefusals<T>(act: Act, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isRefusal(error)) {
        await this.entries.insert({ ...rowOf(act), outcome: 'refused', code: error.code });
      }
      throw error;
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

function codeOf(error: unknown): ErrorCode {
  return error instanceof DomainError ? error.code : 'INTERNAL';
}
