import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { momentOf } from '../../../common/time/date-or-time.js';
import { inTransaction } from '../../../database/transaction.js';
import { type Act, AuditService } from '../../audit/audit.service.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { recordingNotFound, recordingRemoved } from '../recording-errors.js';
import type { Recording } from '../recording.entity.js';
import { RecordingRepository } from '../recording.repository.js';

/** What supervisors do with recordings: each act is in the audit. */
@Injectable()
export class RecordingsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly recordings: RecordingRepository,
    private readonly audit: AuditService,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** @throws DomainError RECORDING_NOT_FOUND */
  async get(id: number): Promise<Recording> {
    const recording = await this.recordings.findOneBy({ id });
    if (recording === null) throw recordingNotFound();
    return recording;
  }

  /**
   * Keeps the copy whatever its age, until the hold ends or is taken back. A new hold replaces the one before.
   * @throws DomainError RECORDING_NOT_FOUND, RECORDING_REMOVED
   */
  hold(
    agent: AgentIdentity,
    id: number,
    { reason, until }: { readonly reason: string; readonly until?: string | undefined },
  ): Promise<Recording> {
    const holdUntil = until === undefined ? null : momentOf('to', until, this.config.businessTimeZone);
    const change = { heldAt: () => 'now()', heldBy: agent.userId, holdReason: reason, holdUntil };
    return this.change({ agent, action: 'recording.hold', subject: `recording:${id}` }, id, (recordings) =>
      recordings.update({ id }, change),
    );
  }

  /** @throws DomainError RECORDING_NOT_FOUND, RECORDING_REMOVED */
  async release(agent: AgentIdentity, id: number): Promise<void> {
    const change = { heldAt: null, heldBy: null, holdReason: null, holdUntil: null };
    await this.change({ agent, action: 'recording.release', subject: `recording:${id}` }, id, (recordings) =>
      recordings.update({ id }, change),
    );
  }

  /**
   * Has a recording fetched at once, also one that was given up. If there is a copy, nothing is done.
   * @throws DomainError RECORDING_NOT_FOUND, RECORDING_REMOVED
   */
  fetchAgain(agent: AgentIdentity, id: number): Promise<Recording> {
    return this.change({ agent, action: 'recording.fetch', subject: `recording:${id}` }, id, (recordings) =>
      recordings.fetchAgain(id),
    );
  }

  private change(
    act: Act,
    id: number,
    work: (recordings: RecordingRepository) => Promise<unknown>,
  ): Promise<Recording> {
    return this.audit.recordingRefusals(act, () =>
      inTransaction(this.dataSource, async (manager) => {
        const recordings = manager.withRepository(this.recordings);
        const found = await recordings.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
        if (found === null) throw recordingNotFound();
        if (found.state === 'removing' || found.state === 'removed') throw recordingRemoved();
        await work(recordings);
        await this.audit.record(manager, act);
        return recordings.findOneByOrFail({ id });
      }),
    );
  }
}
