import { effect, signal } from '@preact/signals';
import type { AgentStatus } from '../../client/client.js';
import { api } from '../api/api.js';
import { ApiError } from '../api/api-error.js';
import { client, isLive, me, refreshes } from './telephony.js';

interface OwnPresence {
  readonly status: AgentStatus;
  readonly reason: string | null;
  /** ISO 8601. */
  readonly since: string;
}

/** The status of the user as the service shows it to others; null: not read yet. */
export const presence = signal<OwnPresence | null>(null);

client.on('presence', ({ userId, status, reason, since }) => {
  if (userId === me.peek()?.userId) presence.value = { status, reason, since };
});

async function read(): Promise<void> {
  try {
    presence.value = await api.get<OwnPresence>('telephony/agents/me/status');
  } catch (error) {
    // It is read again with the connection.
    if (!(error instanceof ApiError)) throw error;
  }
}

effect(() => {
  if (refreshes.value > 0 && isLive.value) void read();
});

/** Throws `ApiError`. @param reason of a break */
export async function setStatus(status: AgentStatus, reason: string | null = null): Promise<void> {
  await api.post('telephony/agents/me/status', { status, reason });
  await read();
}
