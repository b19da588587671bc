import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PreparedStatement } from '../../../../database/batch/prepared-statement.js';
import type { ExtensionKind } from '../extension.entity.js';
import { EMPTY_TIMELINE, extensionKey, ExtensionTimeline, type Period } from './extension-timeline.js';
import type { NamedExtension } from './named-extension.js';

interface PeriodRow {
  readonly extension: string;
  readonly kind: ExtensionKind | null;
  readonly user_id: number | null;
  readonly member_users: number[] | null;
  readonly member_extensions: string[] | null;
  readonly from_at: Date | number;
  /** Infinity while it holds. */
  readonly to_at: Date | number;
  readonly groups: string[];
  readonly groups_of_holder: string[];
}

const PERIODS_OF = (extension: string): string => `
  SELECT p.* FROM telephony_extension_history p
   WHERE p.extension = ${extension} AND p.to_at > $2 AND p.from_at <= $3 OFFSET 0`;

/**
 * The history of these extensions within a time, that of the extensions of their members, and the groups that they are
 * members of now; each period once, also if an extension is named and a member of another one that is. Nothing is returned of an
 * extension of which nothing is known. OFFSET 0: one index look-up for each extension, see `call-batch.repository.ts`.
 */
const READ = new PreparedStatement<PeriodRow>(
  'read-extension-history',
  `
    WITH own AS MATERIALIZED (
      SELECT named.extension, h.kind, h.user_id, h.member_users, h.member_extensions, h.from_at, h.to_at, h.id
        FROM unnest($1::text[]) AS named (extension)
        LEFT JOIN LATERAL (${PERIODS_OF('named.extension')}) AS h ON true
    )
    SELECT own.*, of_own.groups, of_own.groups_of_holder
      FROM own CROSS JOIN LATERAL (
        SELECT ARRAY(SELECT m.extension FROM telephony_extension_members m
                      WHERE m.member_extension = own.extension)::text[] AS groups,
               ARRAY(SELECT m.extension FROM telephony_extension_members m
                      WHERE m.user_id = own.user_id)::text[] AS groups_of_holder OFFSET 0) AS of_own
     WHERE own.id IS NOT NULL OR of_own.groups <> '{}'
    UNION ALL
    SELECT member.extension, h.kind, h.user_id, h.member_users, h.member_extensions, h.from_at, h.to_at, h.id, '{}', '{}'
      FROM (SELECT DISTINCT unnest(member_extensions) FROM own) AS member (extension)
     CROSS JOIN LATERAL (${PERIODS_OF('member.extension')}) AS h
     WHERE member.extension <> ALL ($1::text[])
     ORDER BY from_at, id`,
);

/** Reads who held extensions, in the transaction that stamps it on events. */
@Injectable()
export class ExtensionTimelineRepository {
  /** One statement; none if nothing is named. */
  async read(manager: EntityManager, named: readonly NamedExtension[]): Promise<ExtensionTimeline> {
    if (named.length === 0) return EMPTY_TIMELINE;
    const extensions = [...new Set(named.map(({ extension }) => extensionKey(extension)))];
    const times = named.map(({ at }) => at.getTime());
    const span = [new Date(Math.min(...times)), new Date(Math.max(...times))];
    const rows = await READ.run(manager, [extensions, ...span]);
    const groups = new Map(
      rows.filter((row) => row.groups.length > 0).map((row) => [row.extension, row.groups]),
    );
    return new ExtensionTimeline(rows.flatMap(periodOf), groups);
  }
}

function periodOf(row: PeriodRow): Period[] {
  if (row.kind === null) return [];
  return [
    {
      extension: row.extension,
      kind: row.kind,
      userId: row.user_id,
      memberUsers: row.member_users ?? [],
      memberExtensions: row.member_extensions ?? [],
      groupsOfHolder: row.groups_of_holder,
      from: Number(row.from_at),
      to: Number(row.to_at),
    },
  ];
}
