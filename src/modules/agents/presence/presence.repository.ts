import { Repository } from 'typeorm';
import type { AgentPresence, AgentStatus } from './agent-presence.entity.js';

/** Without a sign for so long a user is offline, in seconds. */
export const SEEN_SECONDS = 60;

/** Namespace of the advisory lock: the first of the two integers that PostgreSQL keys it by. */
const PRESENCE_LOCK = 7_305;

/** What caused a change, as the table of events has it. */
export type PresenceSource = 'api' | 'call' | 'silence' | 'sign';

/** The presence of a user now. */
export interface PresenceNow {
  readonly userId: number;
  readonly status: AgentStatus;
  readonly manualStatus: AgentStatus;
  readonly reason: string | null;
  readonly setAt: Date;
  readonly since: Date;
  readonly lastSeenAt: Date;
  /** The answered call that is his; null: none. */
  readonly callId: number | null;
}

/** A user who holds an extension. */
export interface ExtensionHolder {
  readonly userId: number;
  readonly isFree: boolean;
}

/**
 * Who talks: the holder of the extension that has an answered call, if he is of the call; else its agent. The first
 * condition is that of the partial index of open calls.
 */
const TALKING = `talking AS (
  SELECT coalesce(
           (SELECT e.user_id FROM telephony_extensions e
             WHERE e.extension = lower(c.agent_phone) AND e.user_id = ANY (c.user_ids)),
           c.agent_user_id) AS user_id,
         max(c.id) AS call_id
    FROM telephony_calls c
   WHERE c.status IN ('initiated', 'ringing', 'answered') AND c.status = 'answered'
   GROUP BY 1)`;

/** @param users condition on `p` */
const NOW_OF = (users: string): string => `now_of AS (
  SELECT p.user_id, p.manual_status, p.reason, p.set_at, p.shown_status, p.since, p.last_seen_at, t.call_id,
         CASE WHEN p.last_seen_at < now() - interval '${SEEN_SECONDS} s' THEN 'offline'
              WHEN t.call_id IS NOT NULL THEN 'on_call'
              ELSE p.manual_status END AS status
    FROM telephony_agent_presence p LEFT JOIN talking t ON t.user_id = p.user_id
   WHERE ${users})`;

const SELECTED = `SELECT user_id AS "userId", status, manual_status AS "manualStatus",
         CASE WHEN status = manual_status THEN reason END AS reason, set_at AS "setAt",
         CASE WHEN status = shown_status THEN since ELSE now() END AS since, last_seen_at AS "lastSeenAt",
         call_id AS "callId"
    FROM now_of ORDER BY user_id`;

/** Shows what is so now. Of two instances that do so at once, the second finds the row as the first has left it. */
const SETTLE = (users: string): string => `
  WITH ${TALKING}, ${NOW_OF(users)}, changed AS (
    UPDATE telephony_agent_presence p SET shown_status = now_of.status, since = now()
      FROM now_of WHERE p.user_id = now_of.user_id AND p.shown_status <> now_of.status
    RETURNING p.user_id, p.shown_status, CASE
      WHEN $2::text IS NOT NULL THEN $2
      WHEN now_of.status = 'offline' AND now_of.manual_status <> 'offline' THEN 'silence'
      WHEN now_of.call_id IS NOT NULL OR now_of.shown_status = 'on_call' THEN 'call'
      ELSE 'sign' END AS source
  ), logged AS (
    INSERT INTO telephony_agent_presence_events (user_id, status, source, occurred_at, created_at)
    SELECT user_id, shown_status, source, now() AT TIME ZONE $1, now() AT TIME ZONE $1 FROM changed
  )
  SELECT user_id FROM changed ORDER BY user_id`;

/** Rows of `telephony_agent_presence`, and the events that the CRM reads. */
export class PresenceRepository extends Repository<AgentPresence> {
  /** These users have given a sign now. In the order of their ids, so that instances cannot deadlock. */
  async markSeen(userIds: readonly number[]): Promise<void> {
    await this.query(
      `INSERT INTO telephony_agent_presence (user_id)
       SELECT DISTINCT id FROM unnest($1::integer[]) AS seen (id) ORDER BY id
       ON CONFLICT (user_id) DO UPDATE SET last_seen_at = now()`,
      [userIds],
    );
  }

  /** `on_call` is shown by calls alone: set by hand it leaves the status and its reason as they were. */
  async setManual(userId: number, status: AgentStatus, reason: string | null): Promise<Date> {
    const [row] = await this.query<{ at: Date }[]>(
      `INSERT INTO telephony_agent_presence AS p (user_id, manual_status, reason)
       VALUES ($1, coalesce($2, 'online'), $3)
       ON CONFLICT (user_id) DO UPDATE
          SET manual_status = coalesce($2, p.manual_status),
              reason = CASE WHEN $2::text IS NULL THEN p.reason ELSE $3 END,
              set_at = now(), last_seen_at = now()
       RETURNING set_at AS at`,
      status === 'on_call' ? [userId, null, null] : [userId, status, reason],
    );
    if (row === undefined) throw new Error(`The presence of user ${userId} was not written`);
    return row.at;
  }

  /**
   * Writes what is shown of these users, with an event for each change.
   * @param timeZone of the times of the events
   * @param source null: what the change tells
   * @returns the users of whom something else is shown now
   */
  async settle(
    userIds: readonly number[],
    timeZone: string,
    source: PresenceSource | null,
  ): Promise<number[]> {
    return this.changedBy(SETTLE('p.user_id = ANY ($3)'), [timeZone, source, userIds]);
  }

  /** {@link settle} for all users. */
  async settleAll(timeZone: string): Promise<number[]> {
    return this.changedBy(SETTLE('true'), [timeZone, null]);
  }

  findNow(userIds: readonly number[]): Promise<PresenceNow[]> {
    return this.query(`WITH ${TALKING}, ${NOW_OF('p.user_id = ANY ($1)')} ${SELECTED}`, [userIds]);
  }

  /** Users who gave a sign within {@link SEEN_SECONDS}. */
  async findPresent(): Promise<number[]> {
    const rows = await this.createQueryBuilder('p')
      .select('p.user_id', 'id')
      .where(`p.last_seen_at >= now() - interval '${SEEN_SECONDS} s'`)
      .getRawMany<{ id: number }>();
    return rows.map(({ id }) => id);
  }

  /** In the order of their ids. */
  findAllNow(): Promise<PresenceNow[]> {
    return this.query(`WITH ${TALKING}, ${NOW_OF('true')} ${SELECTED}`);
  }

  /** The users who hold an extension, and whether each is online and not on a call, as it is shown. */
  findHolders(): Promise<ExtensionHolder[]> {
    return this.query(
      `SELECT e.user_id AS "userId",
              coalesce(bool_or(p.shown_status = 'online'
                               AND p.last_seen_at >= now() - interval '${SEEN_SECONDS} s'), false) AS "isFree"
         FROM telephony_extensions e LEFT JOIN telephony_agent_presence p ON p.user_id = e.user_id
        WHERE e.user_id IS NOT NULL GROUP BY e.user_id ORDER BY e.user_id`,
    );
  }

  /** Keeps other instances from settling all until the transaction ends. @returns false: another one does */
  async lockSettling(): Promise<boolean> {
    const [row] = await this.query<{ locked: boolean }[]>(
      `SELECT pg_try_advisory_xact_lock(${PRESENCE_LOCK}, 0) AS locked`,
    );
    return row?.locked === true;
  }

  /** Whether the CRM's table of users is there, has teams, and may be read. */
  async hasTeams(): Promise<boolean> {
    const [row] = await this.query<{ readable: boolean }[]>(
      `SELECT coalesce(bool_and(has_column_privilege(attrelid, attnum, 'SELECT')) AND count(*) = 2, false) AS readable
         FROM pg_attribute
        WHERE attrelid = to_regclass('users') AND attname IN ('id', 'team_id') AND NOT attisdropped`,
    );
    return row?.readable === true;
  }

  /** Which of these users are in the team. */
  async ofTeam(teamId: number, userIds: readonly number[]): Promise<ReadonlySet<number>> {
    const rows = await this.query<{ id: number }[]>(
      'SELECT id FROM users WHERE id = ANY ($1::integer[]) AND team_id = $2',
      [userIds, teamId],
    );
    return new Set(rows.map(({ id }) => id));
  }

  private async changedBy(sql: string, parameters: unknown[]): Promise<number[]> {
    const rows = await this.query<{ user_id: number }[]>(sql, parameters);
    return rows.map(({ user_id: userId }) => userId);
  }
}
