import { Repository } from 'typeorm';
import { SEEN_SECONDS } from '../../agents/presence/presence.repository.js';
import type { Call } from '../../telephony/calls/call.entity.js';

/** What happens at the desk at one moment. */
export interface BoardFigures {
  readonly ringing: number;
  /** When the inbound call began that has been ringing longest; null: none rings. */
  readonly longestRingingSince: Date | null;
  readonly talking: number;
  readonly online: number;
  readonly onCall: number;
  readonly onBreak: number;
}

/** Figures over all calls and agents, for a board. */
export class BoardRepository extends Repository<Call> {
  async read(): Promise<BoardFigures> {
    const [row] = await this.query<BoardFigures[]>(
      `SELECT c.ringing, c.since AS "longestRingingSince", c.talking, p.online, p.on_call AS "onCall", p.on_break AS "onBreak"
         FROM (SELECT count(*) FILTER (WHERE status = 'ringing' AND direction = 'inbound')::integer AS ringing,
                      min(started_at) FILTER (WHERE status = 'ringing' AND direction = 'inbound') AS since,
                      count(*) FILTER (WHERE status = 'answered')::integer AS talking
                 FROM telephony_calls WHERE status IN ('initiated', 'ringing', 'answered')) AS c,
              (SELECT count(*) FILTER (WHERE shown_status = 'online')::integer AS online,
                      count(*) FILTER (WHERE shown_status = 'on_call')::integer AS on_call,
                      count(*) FILTER (WHERE shown_status = 'break')::integer AS on_break
                 FROM telephony_agent_presence
                WHERE last_seen_at >= now() - interval '${SEEN_SECONDS} s') AS p`,
    );
    if (row === undefined) throw new Error('The database counted nothing');
    return row;
  }
}
