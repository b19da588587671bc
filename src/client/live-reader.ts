import type { LiveCall, LiveSnapshot } from './wire.js';

const TIMEOUT_MS = 10_000;

/** The service does not accept the token. */
export class TokenRefused extends Error {}

/** Reads the state of the calls over REST. */
export class LiveReader {
  /** @param url origin of the service; '' for that of the page */
  constructor(private readonly url: string) {}

  /** @throws {TokenRefused} @throws {Error} when the service does not answer, or not with a snapshot */
  async snapshot(token: string): Promise<LiveSnapshot> {
    const answer = await this.get('/api/telephony/live', token);
    if (!answer.ok) throw new Error(`The service answered ${answer.status} to the request for the snapshot`);
    return (await answer.json()) as LiveSnapshot;
  }

  /**
   * Returns null when there is no such call, or the user may not see it.
   * @throws {TokenRefused} @throws {Error} when the service does not answer, or not with a call
   */
  async call(id: number, token: string): Promise<LiveCall | null> {
    const answer = await this.get(`/api/telephony/calls/${id}`, token);
    if (answer.status === 403 || answer.status === 404) return null;
    if (!answer.ok) throw new Error(`The service answered ${answer.status} to the request for call ${id}`);
    // The answer has also the PBX's payloads, which are for support.
    const { meta: _meta, ...call } = (await answer.json()) as LiveCall & { meta?: unknown };
    return call;
  }

  private async get(path: string, token: string): Promise<Response> {
    const answer = await fetch(`${this.url}${path}`, {
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.status === 401) throw new TokenRefused('The service does not accept the token');
    return answer;
  }
}
