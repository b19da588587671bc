import { Repository } from 'typeorm';
import { ExtensionMember } from './extension-member.entity.js';
import { ExtensionPeriod } from './timeline/extension-period.entity.js';
import { Extension, type ExtensionKind } from './extension.entity.js';

/** Namespace of the advisory lock: the first of the two integers that PostgreSQL keys it by. */
const EXTENSION_LOCK = 7_304;

/** An extension with the members of its group or queue. */
export interface ExtensionWithMembers extends Extension {
  readonly memberUsers: readonly number[];
  readonly memberExtensions: readonly string[];
}

/** A member that is no extension of an agent. */
export interface NestedMember {
  readonly group: string;
  readonly member: string;
  readonly kind: ExtensionKind;
}

/** An extension that calls name and nobody holds. */
export interface UnassignedExtension {
  readonly extension: string;
  readonly calls: number;
  readonly lastAt: Date;
}

export interface ExtensionFilter {
  readonly userId?: number | undefined;
  /** A part of the extension or of its label. */
  readonly q?: string | undefined;
}

/** Rows of `telephony_extensions`, their members and their history. */
export class ExtensionRepository extends Repository<Extension> {
  /** Until the transaction ends, no other one changes extensions: changes are rare, and concern several rows. */
  async lock(): Promise<void> {
    await this.query(`SELECT pg_advisory_xact_lock(${EXTENSION_LOCK}, 0)`);
  }

  /** By the clock of the database, which all instances share, to the millisecond, as times of events are. */
  async now(): Promise<Date> {
    const [row] = await this.query<{ now: Date }[]>(
      `SELECT date_trunc('milliseconds', clock_timestamp()) AS now`,
    );
    if (row === undefined) throw new Error('The database tells no time');
    return row.now;
  }

  /** In the order of the extensions. @param page from 1 */
  async findPage(
    { userId, q }: ExtensionFilter,
    page: number,
    limit: number,
  ): Promise<[ExtensionWithMembers[], number]> {
    const query = this.createQueryBuilder('e')
      .orderBy('e.extension')
      .skip((page - 1) * limit)
      .take(limit);
    if (userId !== undefined) query.andWhere('e.user_id = :userId', { userId });
    if (q !== undefined) {
      query.andWhere(`strpos(lower(e.extension), :q) + strpos(lower(coalesce(e.label, '')), :q) > 0`, {
        q: q.toLowerCase(),
      });
    }
    const [found, total] = await query.getManyAndCount();
    return [await this.withMembers(found), total];
  }

  async findWithMembers(extension: string): Promise<ExtensionWithMembers | null> {
    const found = await this.findBy({ extension });
    return (await this.withMembers(found))[0] ?? null;
  }

  async findAll(): Promise<ExtensionWithMembers[]> {
    return this.withMembers(await this.find({ order: { extension: 'ASC' } }));
  }

  /** Writes the row and its members. */
  async store({ memberUsers, memberExtensions, ...row }: ExtensionWithMembers): Promise<void> {
    const { extension } = row;
    await this.save({ ...row });
    const members = this.manager.getRepository(ExtensionMember);
    await members.delete({ extension });
    const rows = [
      ...memberUsers.map((userId) => ({ extension, userId, memberExtension: null })),
      ...memberExtensions.map((memberExtension) => ({ extension, userId: null, memberExtension })),
    ];
    if (rows.length > 0) await members.insert(rows);
  }

  /**
   * Ends the period of what held until now, and starts the next one.
   * @param next what holds from then on; null: nothing
   * @param isSinceEver nothing was known before, and what holds now has held always
   */
  async startPeriod(
    extension: string,
    at: Date,
    next: ExtensionWithMembers | null,
    isSinceEver = false,
  ): Promise<void> {
    const history = this.manager.getRepository(ExtensionPeriod);
    await history
      .createQueryBuilder()
      .update()
      .set({ toAt: at })
      .where(`extension = :extension AND to_at = 'infinity'`, { extension })
      .execute();
    if (next === null) return;
    const { kind, userId, memberUsers, memberExtensions } = next;
    await history.insert({
      extension,
      kind,
      userId,
      memberUsers: [...memberUsers],
      memberExtensions: [...memberExtensions],
      fromAt: isSinceEver ? () => `'-infinity'` : at,
    });
  }

  /** Extensions that the table knows, or knew before they were removed. */
  async everKnown(extensions: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.manager
      .getRepository(ExtensionPeriod)
      .createQueryBuilder('p')
      .select('p.extension', 'extension')
      .distinct()
      .where('p.extension = ANY (:extensions)', { extensions })
      .getRawMany<{ extension: string }>();
    return new Set(rows.map(({ extension }) => extension));
  }

  /** Members of these groups that are no extension of an agent, and groups that have one of these as such a member. */
  findNested(extensions: readonly string[]): Promise<NestedMember[]> {
    const nestedWhere = (condition: string): string =>
      `SELECT m.extension AS "group", m.member_extension AS member, e.kind
         FROM telephony_extension_members m
         JOIN telephony_extensions e ON e.extension = m.member_extension AND e.kind <> 'agent'
        WHERE ${condition}`;
    return this.query<NestedMember[]>(
      `${nestedWhere('m.extension = ANY ($1::text[])')} UNION
       ${nestedWhere('m.member_extension = ANY ($1::text[])')} ORDER BY 1, 2`,
      [extensions],
    );
  }

  async removeWithMembers(extension: string): Promise<void> {
    await this.manager.getRepository(ExtensionMember).delete({ extension });
    await this.delete({ extension });
  }

  /**
   * Extensions of calls that began since a time and that no user held, the most frequent first. One look-up in the index
   * finds the next extension, however many calls the last one has.
   */
  findUnassigned(since: Date, limit: number): Promise<UnassignedExtension[]> {
    return this.query<UnassignedExtension[]>(
      `WITH RECURSIVE named (extension) AS (
         (SELECT agent_phone FROM telephony_calls WHERE agent_phone IS NOT NULL ORDER BY agent_phone LIMIT 1)
         UNION ALL
         SELECT (SELECT c.agent_phone FROM telephony_calls c
                  WHERE c.agent_phone > named.extension ORDER BY c.agent_phone LIMIT 1)
           FROM named WHERE named.extension IS NOT NULL
       )
       SELECT named.extension, seen.calls, seen.last_at AS "lastAt"
         FROM named CROSS JOIN LATERAL (
           SELECT count(*)::integer AS calls, max(started_at) AS last_at FROM telephony_calls c
            WHERE c.agent_phone = named.extension AND c.started_at >= $1 OFFSET 0) AS seen
        WHERE seen.calls > 0 AND named.extension ~ '^[\\w*#.-]{1,30}$' AND NOT EXISTS (
                SELECT FROM telephony_extensions e
                 WHERE e.extension = lower(named.extension) AND (e.kind <> 'agent' OR e.user_id IS NOT NULL))
        ORDER BY seen.calls DESC, named.extension LIMIT $2`,
      [since, limit],
    );
  }

  private async withMembers(found: readonly Extension[]): Promise<ExtensionWithMembers[]> {
    const groups = found.filter(({ kind }) => kind === 'group' || kind === 'queue');
    const members =
      groups.length === 0
        ? []
        : await this.manager
            .getRepository(ExtensionMember)
            .createQueryBuilder('m')
            .where('m.extension = ANY (:extensions)', {
              extensions: groups.map(({ extension }) => extension),
            })
            .orderBy('m.id')
            .getMany();
    return found.map((row) => {
      const own = members.filter(({ extension }) => extension === row.extension);
      return {
        ...row,
        memberUsers: own.flatMap(({ userId }) => userId ?? []),
        memberExtensions: own.flatMap(({ memberExtension }) => memberExtension ?? []),
      };
    });
  }
}
