import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { recordingsConfig } from '../../../config/namespaces/recordings.config.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { type PlayableRecording, PlaybackLinks } from '../../telephony/calls/playback-links.js';
import type { Recording } from '../recording.entity.js';
import { RecordingRepository } from '../recording.repository.js';
import { RecordingClient } from '../pbx/recording-client.js';
import { PlaybackTickets } from './playback-tickets.service.js';

/** Makes the addresses at which recordings are played: `recordingUrl` in every answer. */
@Injectable()
export class RecordingLinks extends PlaybackLinks {
  private readonly publicBaseUrl: string;

  constructor(
    private readonly recordings: RecordingRepository,
    private readonly tickets: PlaybackTickets,
    private readonly client: RecordingClient,
    @Inject(recordingsConfig.KEY) { publicBaseUrl }: ConfigType<typeof recordingsConfig>,
  ) {
    super();
    this.publicBaseUrl = publicBaseUrl;
  }

  async ofCalls(
    agent: AgentIdentity,
    callIds: readonly number[],
  ): Promise<ReadonlyMap<number, readonly PlayableRecording[]>> {
    const byCall = new Map<number, PlayableRecording[]>();
    if (callIds.length === 0) return byCall;
    const rows = await this.recordings.ofCalls(callIds);
    const links = await Promise.all(rows.map((row) => this.linkTo(agent, row)));
    for (const [index, { id, callId, durationSeconds, reportedAt }] of rows.entries()) {
      const known = byCall.get(callId) ?? [];
      byCall.set(callId, [...known, { id, url: links[index] ?? null, durationSeconds, at: reportedAt }]);
    }
    return byCall;
  }

  /** null: it cannot be heard. */
  async linkTo(agent: AgentIdentity, recording: Recording): Promise<string | null> {
    if (!this.isAudible(recording)) return null;
    const ticket = await this.tickets.issue(agent, recording.id);
    if (ticket === null) return null;
    return `${this.publicBaseUrl}/api/telephony/recordings/${recording.id}/audio?ticket=${ticket}`;
  }

  /** Of a host that may not be asked there will be no copy. */
  private isAudible({ state, erasedAt, url }: Recording): boolean {
    if (erasedAt !== null) return false;
    return state === 'stored' || (state === 'waiting' && url !== null && this.client.isListed(url));
  }
}
