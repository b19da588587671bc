import { Injectable } from '@nestjs/common';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { callNotFound } from '../../telephony/calls/log/call-log.service.js';
import { CallRepository } from '../../telephony/calls/call.repository.js';
import { maySeeCall } from '../../telephony/calls/domain/call-access.js';
import { RecordingLinks } from '../playback/recording-links.service.js';
import type { Recording } from '../recording.entity.js';
import { RecordingRepository } from '../recording.repository.js';
import { type CallRecordingDto, toCallRecordingDto } from './call-recording.dto.js';

/** Shows the recordings of a call to who may see the call. */
@Injectable()
export class CallRecordings {
  constructor(
    private readonly recordings: RecordingRepository,
    private readonly calls: CallRepository,
    private readonly links: RecordingLinks,
  ) {}

  /**
   * In the order in which they were reported.
   * @throws DomainError CALL_NOT_FOUND, also for another agent's call
   */
  async ofCall(agent: AgentIdentity, callId: number): Promise<CallRecordingDto[]> {
    const call = await this.calls.findOneBy({ id: callId });
    if (call === null || !maySeeCall(agent, call)) throw callNotFound(callId);
    const recordings = await this.recordings.ofCalls([callId]);
    return Promise.all(recordings.map((recording, index) => this.show(agent, recording, index + 1)));
  }

  /** One of a call. */
  async one(agent: AgentIdentity, recording: Recording): Promise<CallRecordingDto> {
    const ofCall = await this.recordings.ofCalls([recording.callId]);
    const part = 1 + ofCall.findIndex(({ id }) => id === recording.id);
    return this.show(agent, recording, part);
  }

  private async show(agent: AgentIdentity, recording: Recording, part: number): Promise<CallRecordingDto> {
    const playbackUrl = await this.links.linkTo(agent, recording);
    return toCallRecordingDto(recording, { part, playbackUrl, isSupervisor: agent.role === 'supervisor' });
  }
}
