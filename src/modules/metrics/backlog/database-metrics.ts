import { Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { NOT_APPLIED } from './backlog.repository.js';
import { SilenceService } from '../silence/silence.service.js';
import { DatabaseGauges } from './database-gauges.js';
import { addGauge, unlabelled } from '../gauge.js';

/** Gauges read from the database. While it is unavailable they have no samples; all other metrics are still served. */
@Injectable()
export class DatabaseMetrics {
  constructor(registry: Registry, gauges: DatabaseGauges, silence: SilenceService) {
    addGauge(registry, {
      name: 'telephony_database_up',
      help: '1: the database answered within a second; 0: it did not.',
      read: async () => [[{}, (await gauges.read()) === null ? 0 : 1]],
    });
    addGauge(registry, {
      name: 'telephony_webhook_receipts',
      help: 'Receipts of events that were not applied to a call, by outcome; 10000 means 10000 or more.',
      labelNames: ['outcome'],
      read: async () => {
        const found = await gauges.read();
        if (found === null) return [];
        return NOT_APPLIED.map((outcome) => [{ outcome }, found.receipts[outcome].count]);
      },
    });
    addGauge(registry, {
      name: 'telephony_webhook_quarantine_rows',
      help: 'Receipts in quarantine, at most WEBHOOK_QUARANTINE_MAX_ROWS.',
      read: async () => unlabelled((await gauges.read())?.quarantine.rows),
    });
    addGauge(registry, {
      name: 'telephony_webhook_quarantine_bytes',
      help: 'Bytes of the bodies in quarantine.',
      read: async () => unlabelled((await gauges.read())?.quarantine.bytes),
    });
    addGauge(registry, {
      name: 'telephony_webhook_oldest_unapplied_seconds',
      help: 'Age of the oldest event that still has to be applied to a call, by outcome; 0: there is none.',
      labelNames: ['outcome'],
      read: async () => {
        const found = await gauges.read();
        if (found === null) return [];
        return UNAPPLIED.map((outcome) => [{ outcome }, found.receipts[outcome].oldestSeconds ?? 0]);
      },
    });
    const silenceNow = async () => {
      const found = silence.isWatched ? await gauges.read() : null;
      return found === null ? null : silence.assess(found);
    };
    addGauge(registry, {
      name: 'telephony_webhook_silence_seconds',
      help: 'Seconds since the last accepted webhook, to any instance; no sample in mock mode and if none is found.',
      read: async () => unlabelled((await silenceNow())?.seconds),
    });
    addGauge(registry, {
      name: 'telephony_webhook_silent',
      help: '1: the PBX has been silent for too long, as readiness says; 0: it has not; no sample in mock mode.',
      read: async () => {
        const found = await silenceNow();
        return unlabelled(found === null ? null : Number(found.problem !== null));
      },
    });
    addGauge(registry, {
      name: 'telephony_open_calls',
      help: 'Calls of the last 24 hours that have not ended, by status.',
      labelNames: ['status'],
      read: async () => {
        const found = await gauges.read();
        if (found === null) return [];
        return Object.entries(found.openCalls).map(([status, count]) => [{ status }, count]);
      },
    });
  }
}

/** Outcomes that are not final: the retry or an operator still has to handle them. */
const UNAPPLIED = ['failed', 'dead', 'quarantined'] as const;
