import { Injectable } from '@nestjs/common';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import { CallLogService } from '../log/call-log.service.js';
import type { CallNoteDto, WriteCallNoteRequest } from '../dto/call-note.dto.js';
import { CallNoteRepository } from './call-note.repository.js';

/** The note of a call, which a page saves while it is typed. */
@Injectable()
export class CallNotesService {
  constructor(
    private readonly calls: CallLogService,
    private readonly notes: CallNoteRepository,
  ) {}

  /** @throws DomainError CALL_NOT_FOUND */
  async get(agent: AgentIdentity, callId: number): Promise<CallNoteDto> {
    await this.calls.get(agent, callId);
    const found = await this.notes.findOneBy({ callId });
    return found ?? { callId, note: '', outcome: null, writtenBy: null, writtenAt: null };
  }

  /** Replaces the note of a call. @throws DomainError CALL_NOT_FOUND */
  async write(
    agent: AgentIdentity,
    callId: number,
    { note, outcome }: WriteCallNoteRequest,
  ): Promise<CallNoteDto> {
    await this.calls.get(agent, callId);
    await this.notes.write(callId, note, outcome, agent.userId);
    return this.get(agent, callId);
  }
}
