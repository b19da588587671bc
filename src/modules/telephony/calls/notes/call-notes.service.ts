import { Injectable } from '@nestjs/common';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import { CallRepository } from '../call.repository.js';
import { isCallOf } from '../domain/call-access.js';
import type { CallNoteDto, WriteCallNoteRequest } from '../dto/call-note.dto.js';
import { callNotFound, CallLogService } from '../log/call-log.service.js';
import { CallNoteRepository } from './call-note.repository.js';

/** The note of a call, which a page saves while it is typed. */
@Injectable()
export class CallNotesService {
  constructor(
    private readonly log: CallLogService,
    private readonly calls: CallRepository,
    private readonly notes: CallNoteRepository,
  ) {}

  /** @throws DomainError CALL_NOT_FOUND */
  async get(agent: AgentIdentity, callId: number): Promise<CallNoteDto> {
    await this.log.get(agent, callId);
    const found = await this.notes.findOneBy({ callId });
    return found ?? { callId, note: '', outcome: null, writtenBy: null, writtenAt: null };
  }

  /**
   * Replaces the note of a call. Whoever merely reads the calls of others does not write on them.
   * @throws DomainError CALL_NOT_FOUND
   */
  async write(
    agent: AgentIdentity,
    callId: number,
    { note, outcome }: WriteCallNoteRequest,
  ): Promise<CallNoteDto> {
    const call = await this.calls.findOneBy({ id: callId });
    if (call === null || !isCallOf(agent, call)) throw callNotFound(callId);
    await this.notes.write(callId, note, outcome, agent.userId);
    return this.get(agent, callId);
  }
}
