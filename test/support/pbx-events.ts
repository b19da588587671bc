import type { TestApp } from './app.js';

const ROUTE_OF: Readonly<Record<string, string>> = {
  incoming_call: 'incoming-call',
  call_answered: 'call-answered',
  call_ended: 'call-ended',
  call_recording_ready: 'call-recording',
  call_missed: 'call-missed',
};

/** A field of an event; a number in `at` is a time in seconds after the beginning. */
type Fields = Readonly<Record<string, unknown>>;

/** Posts events of the PBX to their own routes, with times in seconds after the beginning, which is now by default. */
export class PbxEvents {
  constructor(
    private readonly app: TestApp,
    readonly beginning = Date.now(),
  ) {}

  time(seconds: number): string {
    return new Date(this.beginning + seconds * 1000).toISOString();
  }

  /** @param at null: the event has no time */
  async send(event: string, at: number | null, fields: Fields): Promise<void> {
    const route = ROUTE_OF[event] ?? 'one-shot';
    const timestamp = at === null ? {} : { timestamp: this.time(at) };
    const { status, body } = await this.app.webhook(route, { event, ...timestamp, ...fields });
    if (status !== 200) throw new Error(`${event} was answered ${status}: ${JSON.stringify(body)}`);
  }

  incoming(id: string, at: number | null, from: string, to_extension = '201'): Promise<void> {
    return this.send('incoming_call', at, { bracknet_call_id: id, from, to_extension });
  }

  answered(id: string, at: number | null, agent_extension?: string, fields: Fields = {}): Promise<void> {
    return this.send('call_answered', at, { bracknet_call_id: id, agent_extension, ...fields });
  }

  ended(id: string, at: number | null, fields: Fields = {}): Promise<void> {
    return this.send('call_ended', at, { bracknet_call_id: id, ...fields });
  }

  /** @param id null: reported without an id, as in the contract */
  missed(
    id: string | null,
    at: number | null,
    from: string | undefined,
    to_extension = '201',
  ): Promise<void> {
    return this.send('call_missed', at, { ...(id !== null && { bracknet_call_id: id }), from, to_extension });
  }

  recording(id: string, recording_url: string, recording_duration?: number): Promise<void> {
    return this.send('call_recording_ready', null, {
      bracknet_call_id: id,
      recording_url,
      recording_duration,
    });
  }
}
