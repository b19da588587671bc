import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RevokedUsers } from '../../auth/revoked-users.js';
import { recordingNotFound } from '../recording-errors.js';
import { type PlaybackTicket, PlaybackTickets } from './playback-tickets.service.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on routes with `@Access('ticket')`, before the handler runs. */
    ticket?: PlaybackTicket;
  }
}

/**
 * Lets who shows a ticket for the recording of the address in, unless the tokens of its user were withdrawn. Everybody else
 * is answered as if there were no such recording.
 */
@Injectable()
export class TicketGuard implements CanActivate {
  constructor(
    private readonly tickets: PlaybackTickets,
    private readonly revokedUsers: RevokedUsers,
  ) {}

  /** @throws DomainError RECORDING_NOT_FOUND */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context
      .switchToHttp()
      .getRequest<FastifyRequest<{ Params: { readonly id?: unknown } }>>();
    const { id } = request.params;
    const [text, ...others] = new URL(request.url, 'http://service').searchParams.getAll('ticket');
    const ticket = text !== undefined && others.length === 0 ? await this.tickets.read(text) : null;
    const isValid =
      ticket !== null &&
      String(ticket.recordingId) === id &&
      !this.revokedUsers.isRevoked(ticket.agent.userId, ticket.issuedAt);
    if (!isValid) throw recordingNotFound();
    request.ticket = ticket;
    // For the line of the request in the log, and for the audit.
    request.agent = ticket.agent;
    return true;
  }
}
