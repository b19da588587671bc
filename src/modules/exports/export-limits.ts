import { Injectable } from '@nestjs/common';

/** What an export may cost; a provider, so that tests can set lower bounds. */
@Injectable()
export class ExportLimits {
  /** Of one export. */
  readonly rows: number = 1_000_000;

  /** Exports that one instance sends at a time: each takes a share of the time that webhooks need. */
  readonly atOnce: number = 2;

  /** Milliseconds without a byte taken while some wait for the client: who does not read keeps a place from others. */
  readonly stalledMs: number = 60_000;
}
