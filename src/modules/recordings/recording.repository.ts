import { In, IsNull, Not, type ObjectLiteral, Repository } from 'typeorm';
import { FORBIDDEN } from './pbx/fetch-error.js';
import { Recording } from './recording.entity.js';

/** A recording that this instance fetches now. */
export interface ClaimedRecording {
  readonly id: number;
  readonly url: string;
  readonly reportedAt: Date;
  /** Tries, this one included. */
  readonly tries: number;
}

/** Recordings that wait for other settings. */
export interface SetAside {
  /** Where they are, such as `pbx.example.com:8443`. */
  readonly hosts: readonly string[];
}

/** What a fetched copy is. */
export type StoredCopy = Pick<Recording, 'sha256' | 'contentType' | 'storageKey'> & { readonly size: number };

/** Whether nothing keeps a copy from being removed. */
const NOT_HELD = '(recording.held_at IS NULL OR recording.hold_until < now())';

const TAKE_IN = `
  INSERT INTO telephony_recordings (call_id, provider, url, url_sha256, duration_seconds, reported_at, next_try_at)
  SELECT c.id, c.provider, c.recording_url, sha256(convert_to(c.recording_url, 'UTF8')),
         c.recording_duration_seconds, now(), now()
    FROM telephony_calls c
   WHERE c.started_at > now() - interval '2 days' AND c.recording_url IS NOT NULL
     AND NOT EXISTS (SELECT FROM telephony_recordings r WHERE r.call_id = c.id)
  ON CONFLICT DO NOTHING`;

/** Recordings that are set aside by one transaction. */
const SET_ASIDE_AT_ONCE = 100;

/** Scheme, host and port of the column `url`. */
const ORIGIN = `substring(recording.url from '^[^:]+://[^/?#]+')`;

/** Rows of `telephony_recordings`. The database's clock decides what is due. */
export class RecordingRepository extends Repository<Recording> {
  /**
   * Claims the recording that became due last: a backlog must not keep new ones waiting. If its host is not listed, it and
   * others of such hosts are set aside instead, without using up a try: {@link releaseListed} makes them due again.
   * @param seconds for which no other instance may claim it
   * @param days recordings that were reported earlier are not fetched any more; null: all are
   * @returns null: none is due
   */
  async claimDue(
    seconds: number,
    days: number | null,
    isListed: (url: string) => boolean,
  ): Promise<ClaimedRecording | SetAside | null> {
    const [found] = await this.lockNewestDue(days, 1);
    if (found === undefined || found.url === null) return null;
    const { id, url, reportedAt } = found;
    if (!isListed(url)) {
      const due = await this.lockNewestDue(days, SET_ASIDE_AT_ONCE);
      const unlisted = due.filter((recording) => recording.url !== null && !isListed(recording.url));
      await this.update(
        { id: In(unlisted.map((recording) => recording.id)) },
        { nextTryAt: null, why: FORBIDDEN.host },
      );
      return { hosts: unlisted.flatMap(hostOf) };
    }
    const tries = found.tries + 1;
    await this.update({ id }, { tries, nextTryAt: inSeconds(seconds) });
    return { id, url, reportedAt, tries };
  }

  private lockNewestDue(days: number | null, limit: number): Promise<Recording[]> {
    const due = this.createQueryBuilder('recording')
      .select(['recording.id', 'recording.url', 'recording.reportedAt', 'recording.tries'])
      .where(`recording.state = 'waiting' AND recording.next_try_at <= now() AND recording.url IS NOT NULL`)
      .orderBy('recording.next_try_at', 'DESC')
      .limit(limit)
      .setLock('pessimistic_write')
      .setOnLocked('skip_locked');
    if (days !== null) due.andWhere('recording.reported_at > now() - make_interval(days => :days)', { days });
    return due.getMany();
  }

  /** Makes recordings due that were set aside, and whose host is listed now. @returns how many */
  async releaseListed(isListed: (url: string) => boolean): Promise<number> {
    const setAside = `recording.state = 'waiting' AND recording.next_try_at IS NULL AND recording.url IS NOT NULL`;
    const origins = await this.createQueryBuilder('recording')
      .select(`DISTINCT ${ORIGIN}`, 'origin')
      .where(setAside)
      .getRawMany<{ origin: string | null }>();
    const listed = origins.flatMap(({ origin }) => (origin !== null && isListed(origin) ? [origin] : []));
    if (listed.length === 0) return 0;
    const { affected } = await this.createQueryBuilder('recording')
      .update()
      .set({ nextTryAt: () => 'now()' })
      .where(`${setAside} AND ${ORIGIN} = ANY (:listed)`.replaceAll('recording.', ''), { listed })
      .execute();
    return affected ?? 0;
  }

  /** @returns false when it is no longer wanted: it was erased or removed meanwhile */
  async markStored(id: number, { size, ...copy }: StoredCopy): Promise<boolean> {
    const { affected } = await this.update(
      { id, state: 'waiting' },
      { ...copy, size: String(size), state: 'stored', storedAt: () => 'now()', nextTryAt: null, why: null },
    );
    return affected === 1;
  }

  /** null: there is no copy, or no such recording */
  async storageKeyOf(id: number): Promise<string | null> {
    return (
      (await this.findOne({ where: { id }, select: { id: true, storageKey: true } }))?.storageKey ?? null
    );
  }

  /** Where the copies are that were stored last. */
  async newestKeys(limit: number): Promise<string[]> {
    const rows = await this.find({
      where: { state: 'stored', storageKey: Not(IsNull()) },
      select: { id: true, storageKey: true },
      order: { id: 'DESC' },
      take: limit,
    });
    return rows.flatMap(({ storageKey }) => storageKey ?? []);
  }

  /**
   * Ends a claim whose fetch was not a try.
   * @param seconds until it is due again
   */
  async giveBack(id: number, why: string, seconds: number): Promise<void> {
    await this.update(
      { id, state: 'waiting' },
      { why, tries: () => 'greatest(tries - 1, 0)', nextTryAt: inSeconds(seconds) },
    );
  }

  /** Ends a claim that the settings forbid, without using up a try: it waits for {@link releaseListed}. */
  async setAside(id: number, why: string): Promise<void> {
    await this.update(
      { id, state: 'waiting' },
      { why, tries: () => 'greatest(tries - 1, 0)', nextTryAt: null },
    );
  }
  /** @param seconds until the next try; null: there is none */
  async markFailed(id: number, why: string, seconds: number | null): Promise<void> {
    await this.update(
      { id, state: 'waiting' },
      {
        why: why.slice(0, 200),
        ...(seconds === null ? { state: 'gone', nextTryAt: null } : { nextTryAt: inSeconds(seconds) }),
      },
    );
  }

  /** Has it fetched, again or at once. @returns false when there is a copy, or may be none */
  async fetchAgain(id: number): Promise<boolean> {
    const { affected } = await this.createQueryBuilder()
      .update()
      .set({ state: 'waiting', tries: 0, nextTryAt: () => 'now()' })
      .where(`id = :id AND state IN ('waiting', 'gone') AND url IS NOT NULL`, { id })
      .execute();
    return affected === 1;
  }

  /** The store has lost the copy: it is fetched anew. */
  async markLost(id: number): Promise<void> {
    await this.update(
      { id, state: 'stored' },
      { state: 'waiting', tries: 0, nextTryAt: () => 'now()', storageKey: null, why: 'the copy was lost' },
    );
  }

  /**
   * Marks copies as `removing` whose time is over, or whose customer was erased, and that nothing holds. From now on they
   * are not played.
   * @param days since they were reported; null: only those of erased customers
   */
  async markDueRemovals(days: number | null, limit: number): Promise<number> {
    const erased = await this.lockDue(
      limit,
      `recording.state = 'stored' AND recording.erased_at IS NOT NULL`,
    );
    const old =
      days === null
        ? []
        : await this.lockDue(limit, `recording.reported_at < now() - make_interval(days => :days)`, { days });
    for (const { id, state, erasedAt } of [...erased, ...old]) {
      const removedWhy = erasedAt === null ? 'retention' : 'erased';
      const isThere = state === 'stored';
      await this.update(
        { id },
        {
          state: isThere ? 'removing' : 'removed',
          removedWhy,
          nextTryAt: null,
          ...(!isThere && { removedAt: () => 'now()' }),
        },
      );
    }
    return erased.length + old.length;
  }

  /** Each condition has an index of its own, which OR would not use; the states are those of the indexes. */
  private lockDue(limit: number, condition: string, parameters: ObjectLiteral = {}): Promise<Recording[]> {
    return this.createQueryBuilder('recording')
      .select(['recording.id', 'recording.state', 'recording.erasedAt'])
      .where(`recording.state IN ('waiting', 'stored', 'gone') AND ${NOT_HELD}`)
      .andWhere(condition, parameters)
      .orderBy('recording.reported_at')
      .limit(limit)
      .setLock('pessimistic_write')
      .setOnLocked('skip_locked')
      .getMany();
  }

  /**
   * Gives calls of the last two days the rows of their newest recordings that they lack: while a new version is rolled out,
   * instances of a former one still report recordings.
   */
  async takeInMissing(): Promise<void> {
    await this.query(TAKE_IN);
  }

  /** The state is a literal, so that the index of those that are removed is used. */
  removing(limit: number): Promise<Recording[]> {
    return this.createQueryBuilder('recording')
      .where(`recording.state = 'removing'`)
      .orderBy('recording.id')
      .limit(limit)
      .getMany();
  }

  async markRemoved(id: number): Promise<void> {
    await this.update({ id, state: 'removing' }, { state: 'removed', removedAt: () => 'now()' });
  }

  /** In the order in which they were reported. */
  ofCalls(callIds: readonly number[]): Promise<Recording[]> {
    return this.find({
      where: { callId: In(callIds) },
      order: { callId: 'ASC', reportedAt: 'ASC', id: 'ASC' },
    });
  }
}

function inSeconds(seconds: number): () => string {
  return () => `now() + interval '${seconds} s'`;
}

function hostOf({ url }: Recording): string[] {
  return url !== null && URL.canParse(url) ? [new URL(url).host] : [];
}
