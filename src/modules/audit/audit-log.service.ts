import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { In, type SelectQueryBuilder } from 'typeorm';
import { spanOf } from '../../common/http/cursor-query.js';
import { cursorOf } from '../../common/http/list-position.js';
import { telephonyConfig } from '../../config/namespaces/telephony.config.js';
import { type KeysetSpan, readKeysetPage, withinSpan } from '../../database/keyset-page.js';
import type { AuditAction } from './audit-action.js';
import type { AuditEntry } from './audit-entry.entity.js';
import { type AuditListDto, type AuditListQuery, toAuditEntryDto } from './audit-log.dto.js';
import { AuditRepository } from './audit.repository.js';

const LIST = {
  alias: 'entry',
  time: { property: 'at', column: 'at' },
  properties: [
    'id',
    'at',
    'userId',
    'role',
    'address',
    'action',
    'subject',
    'outcome',
    'code',
    'requestId',
    'details',
  ] as const satisfies readonly (keyof AuditEntry)[],
};

type Query = SelectQueryBuilder<AuditEntry>;

/** Reads the record of acts for supervisors. */
@Injectable()
export class AuditLogService {
  constructor(
    private readonly entries: AuditRepository,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * Newest first. The subject, or else the user, is found by index; of what is left at most 10,000 entries are examined for
   * a page.
   * @throws DomainError VALIDATION_FAILED
   */
  async list(query: AuditListQuery): Promise<AuditListDto> {
    const { items, next } = await readKeysetPage(
      {
        ...LIST,
        queriesFor: (span) => [this.indexed(query, span)],
        addUnindexed: (entries) => addUnindexed(entries, query),
        isBounded: hasUnindexed(query),
      },
      spanOf(query, this.config.businessTimeZone),
      query.limit,
    );
    return { items: items.map(toAuditEntryDto), nextCursor: next && cursorOf(next) };
  }

  /** The first acts of these kinds on a subject, in their order. Those that a rule refused are left out. */
  actsOn(subject: string, actions: readonly AuditAction[], limit: number): Promise<AuditEntry[]> {
    return this.entries.find({
      where: { subject, action: In(actions), outcome: In(['done', 'failed']) },
      order: { at: 'ASC', id: 'ASC' },
      take: limit,
    });
  }

  private indexed({ subject, userId }: AuditListQuery, span: KeysetSpan): Query {
    const entries = withinSpan(this.entries.createQueryBuilder('entry'), LIST, span);
    if (subject !== undefined) return entries.andWhere('entry.subject = :subject', { subject });
    return userId === undefined ? entries : entries.andWhere('entry.userId = :userId', { userId });
  }
}

function hasUnindexed({ action, outcome, subject, userId }: AuditListQuery): boolean {
  return action !== undefined || outcome !== undefined || (subject !== undefined && userId !== undefined);
}

function addUnindexed(entries: Query, { action, outcome, userId }: AuditListQuery): void {
  if (action !== undefined) entries.andWhere('entry.action IN (:...action)', { action });
  if (outcome !== undefined) entries.andWhere('entry.outcome = :outcome', { outcome });
  if (userId !== undefined) entries.andWhere('entry.userId = :userId', { userId });
}
