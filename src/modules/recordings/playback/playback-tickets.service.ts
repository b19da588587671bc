import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { jwtVerify, SignJWT } from 'jose';
import { recordingsConfig } from '../../../config/namespaces/recordings.config.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { isUserId } from '../../auth/agent-identity.js';

const ALGORITHM = 'HS256';
/** Said twice: the key has its purpose, and so has the ticket. */
const AUDIENCE = 'recording-playback';

/** How long a ticket is valid, in seconds. */
export const TICKET_SECONDS = 3_600;

/** The right of one user to hear one recording, for an hour. It is checked again when it is used. */
export interface PlaybackTicket {
  /** One listening: all requests with the same ticket. */
  readonly id: string;
  readonly recordingId: number;
  /** As the token said that was shown when the ticket was made. */
  readonly agent: AgentIdentity;
  /** Unix seconds. */
  readonly issuedAt: number;
}

/** Makes and reads tickets. None is stored: the listening has a row when it begins. */
@Injectable()
export class PlaybackTickets {
  private readonly key: Uint8Array | null;

  constructor(@Inject(recordingsConfig.KEY) { ticketKey }: ConfigType<typeof recordingsConfig>) {
    this.key = ticketKey;
  }

  /** null: there is no secret to sign with. */
  async issue(agent: AgentIdentity, recordingId: number): Promise<string | null> {
    if (this.key === null) return null;
    const { userId, role, extension } = agent;
    const claims = {
      rec: recordingId,
      role,
      ...(extension !== null && { ext: extension }),
      ...(agent.seesAllCalls === true && { all: true }),
    };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM })
      .setAudience(AUDIENCE)
      .setSubject(String(userId))
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${TICKET_SECONDS}s`)
      .sign(this.key);
  }

  /** null: it is no ticket of ours, or has expired. */
  async read(text: string): Promise<PlaybackTicket | null> {
    if (this.key === null) return null;
    try {
      const { payload } = await jwtVerify(text, this.key, {
        algorithms: [ALGORITHM],
        audience: AUDIENCE,
        requiredClaims: ['exp', 'iat', 'jti', 'sub'],
      });
      const { rec, role, ext, all, sub, jti = '', iat = 0 } = payload;
      const userId = Number(sub);
      if (typeof rec !== 'number' || !isUserId(userId)) return null;
      return {
        id: jti,
        recordingId: rec,
        issuedAt: iat,
        agent: {
          userId,
          role: role === 'supervisor' ? 'supervisor' : 'agent',
          roleSlug: null,
          extension: typeof ext === 'string' ? ext : null,
          ...(all === true && { seesAllCalls: true }),
        },
      };
    } catch {
      return null;
    }
  }
}
