import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import type { ServerEvents } from '../../client/wire.js';
import { addGauge } from './gauge.js';

/** Why a socket is refused or closed. The words in capitals are codes of errors. */
export const SOCKET_REFUSALS = [
  'origin',
  'address_crowded',
  'unjoined_crowded',
  'crowded',
  'user_crowded',
  'shutting_down',
  'namespace',
  'repeated',
  'UNAUTHENTICATED',
  'TOKEN_REVOKED',
  'FORBIDDEN',
  'CUSTOMER_TOKEN_REFUSED',
  'IDENTITY_PROVIDER_UNAVAILABLE',
  'INTERNAL',
  'client_event',
  'slow',
  'expired',
  'revoked',
] as const;
export type SocketRefusal = (typeof SOCKET_REFUSALS)[number];

/** Joined sockets by role. */
export type SocketCounts = Readonly<Record<'agent' | 'supervisor', number>>;

const NO_SOCKETS: SocketCounts = { agent: 0, supervisor: 0 };

/** Metrics of the sockets of browsers, and of what is pushed to them. */
@Injectable()
export class RealtimeMetrics {
  private readonly refusals: Counter<'reason'>;
  private readonly messages: Counter<'event'>;
  private readonly reconciliations: Counter;
  private readonly delays: Histogram;
  private sockets: () => SocketCounts = () => NO_SOCKETS;

  constructor(registry: Registry) {
    this.refusals = new Counter({
      name: 'telephony_sockets_refused_total',
      help: 'Sockets of browsers that were refused or closed by the service, by reason.',
      labelNames: ['reason'],
      registers: [registry],
    });
    for (const reason of SOCKET_REFUSALS) this.refusals.inc({ reason: reason.toLowerCase() }, 0);
    this.messages = new Counter({
      name: 'telephony_pushes_total',
      help: 'Messages pushed to browsers, by event; one for all sockets that get it.',
      labelNames: ['event'],
      registers: [registry],
    });
    this.reconciliations = new Counter({
      name: 'telephony_reconciled_calls_total',
      help: 'Known calls that had changed without an announcement, and were pushed all the same.',
      registers: [registry],
    });
    this.delays = new Histogram({
      name: 'telephony_push_delay_seconds',
      help: 'Time from the announcement of a change of a call to its push.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    });
    addGauge(registry, {
      name: 'telephony_sockets',
      help: 'Sockets of browsers that have signed in, by role.',
      labelNames: ['role'],
      read: () => Object.entries(this.sockets()).map(([role, count]) => [{ role }, count] as const),
    });
  }

  socketRefused(reason: SocketRefusal): void {
    this.refusals.inc({ reason: reason.toLowerCase() });
  }

  pushed(event: keyof ServerEvents): void {
    this.messages.inc({ event });
  }

  reconciled(calls: number): void {
    this.reconciliations.inc(calls);
  }

  pushDelay(seconds: number): void {
    this.delays.observe(seconds);
  }

  /** @param read called at each scrape */
  watchSockets(read: () => SocketCounts): void {
    this.sockets = read;
  }
}
