import { Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { NOT_APPLIED } from './backlog.repository.js';
import { DatabaseGauges } from './database-gauges.js';
import { addGauge } from './gauge.js';

/** Gauges of what waits in the database. While it is away they have no samples, and everything else is served still. */
@Injectable()
export class DatabaseMetrics {
  constructor(registry: Registry, gauges: DatabaseGauges) {
    addGauge(registry, {
      name: 'telephony_database_up',
      help: '1: the database answered within a second; 0: it did not.',
      read: async () => [[{}, (await gauges.read()) === null ? 0 : 1]],
    });
    addGauge(registry, {
      name: 'telephony_webhook_receipts',
      help: 'Receipts of events that are in no call, by outcome; 10000 stands for more, too.',
      labelNames: ['outcome'],
      read: async () => {
        const found = await gauges.read();
        if (found === null) return [];
        return NOT_APPLIED.map((outcome) => [{ outcome }, found.receipts[outcome].count]);
      },
    });
    addGauge(registry, {
      name: 'telephony_webhook_oldest_unapplied_seconds',
      help: 'Since the oldest event came in that should be in a call and is not, by outcome; 0: there is none.',
      labelNames: ['outcome'],
      read: async () => {
        const found = await gauges.read();
        if (found === null) return [];
        return UNAPPLIED.map((outcome) => [{ outcome }, found.receipts[outcome].oldestSeconds ?? 0]);
      },
    });
    addGauge(registry, {
      name: 'telephony_open_calls',
      help: 'Calls that began within the last 24 hours and are not over, by status.',
      labelNames: ['status'],
      read: async () => {
        const found = await gauges.read();
        if (found === null) return [];
        return Object.entries(found.openCalls).map(([status, count]) => [{ status }, count]);
      },
    });
  }
}

/** Of what is set aside: what somebody or something still has to deal with. */
const UNAPPLIED = ['failed', 'dead', 'quarantined'] as const;
