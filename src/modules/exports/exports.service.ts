import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as immediate } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../common/errors/domain-error.js';
import { errorResponseOf } from '../../common/errors/error-response.js';
import type { AuditDetails } from '../audit/audit-entry.entity.js';
import { type Act, AuditService } from '../audit/audit.service.js';
import { type ExportColumn, type ExportFormat, type ExportRow, headerOf, linesOf } from './csv.js';
import { ExportLimits } from './export-limits.js';

/** What is exported, for whom. */
export interface ExportOrder {
  readonly act: Act;
  readonly format: ExportFormat;
  /** As the audit keeps it: with masked numbers. */
  readonly filter: AuditDetails;
  readonly fileName: string;
  readonly columns: readonly ExportColumn[];
  /** How many rows there are, up to a number; null: that would take as long as to export them. */
  count(most: number): Promise<number | null>;
  pages(): AsyncIterable<readonly ExportRow[]>;
}

/** An export that is being sent. */
interface Sending {
  readonly order: ExportOrder;
  readonly stream: Readable;
  /** Those that were given to the stream. */
  rows: number;
}

/** Rows that are read at a time: larger pages need more memory, smaller ones more time. */
export const PAGE_ROWS = 1_000;

/** Rows that are written at a time: webhooks do not wait longer than for these, about 5 ms. */
const ROWS_AT_ONCE = 250;

/** Sends exports as they are read, and records in the audit how each has ended. */
@Injectable()
export class ExportsService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ExportsService.name);
  /** Those that are being sent, with the end of each. */
  private readonly ends = new Map<Sending, Promise<void>>();
  private placesTaken = 0;
  private isShuttingDown = false;

  constructor(
    private readonly audit: AuditService,
    private readonly limits: ExportLimits,
  ) {}

  /**
   * Answers with the file. What fails after its first byte cuts the connection, so that a part never looks like the whole.
   * @throws DomainError TOO_MANY_EXPORTS, EXPORT_TOO_LARGE, SHUTTING_DOWN
   */
  async send(order: ExportOrder, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (request.method === 'HEAD') {
      // An empty stream: of an empty text Fastify would send the length.
      void withHeaders(order, reply).send(Readable.from([]));
      return;
    }
    this.takePlace();
    try {
      await this.checkSize(order);
      const id = await this.audit.begin(order.act, detailsOf(order, 'running', 0));
      const sending = this.prepare(order);
      const end = this.watch(sending, id, request, reply);
      this.ends.set(sending, end);
      void withHeaders(order, reply).send(sending.stream);
      // It may have begun while this one was prepared.
      if (this.isShuttingDown) sending.stream.destroy(shuttingDown());
      await end;
      this.ends.delete(sending);
    } finally {
      this.placesTaken -= 1;
    }
  }

  /** Before the connections to the database are closed, which the audit needs. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isShuttingDown = true;
    for (const { stream } of this.ends.keys()) stream.destroy(shuttingDown());
    await Promise.all(this.ends.values());
  }

  private takePlace(): void {
    if (this.isShuttingDown) throw shuttingDown();
    if (this.placesTaken >= this.limits.atOnce) {
      throw new DomainError(
        'TOO_MANY_EXPORTS',
        `${this.limits.atOnce} exports are being sent already. Ask again when one of them has ended`,
      );
    }
    this.placesTaken += 1;
  }

  private async checkSize(order: ExportOrder): Promise<void> {
    const count = await order.count(this.limits.rows + 1);
    if (count !== null && count > this.limits.rows) throw tooLarge(this.limits.rows);
  }

  private prepare(order: ExportOrder): Sending {
    const lines = (): AsyncGenerator<string> => this.linesOf(sending);
    const sending: Sending = { order, stream: Readable.from({ [Symbol.asyncIterator]: lines }), rows: 0 };
    return sending;
  }

  private async *linesOf(sending: Sending): AsyncGenerator<string> {
    const { order } = sending;
    const { format, columns } = order;
    yield headerOf(format, columns);
    for await (const page of order.pages()) {
      if (sending.rows + page.length > this.limits.rows) throw tooLarge(this.limits.rows);
      for (let from = 0; from < page.length; from += ROWS_AT_ONCE) {
        const rows = page.slice(from, from + ROWS_AT_ONCE);
        sending.rows += rows.length;
        yield linesOf(format, columns, rows);
        await immediate();
      }
    }
  }

  /** Resolves when the export has ended, in whatever way, and the audit says so. */
  private async watch(
    sending: Sending,
    entryId: string,
    { id: requestId }: FastifyRequest,
    { raw }: FastifyReply,
  ): Promise<void> {
    raw.setTimeout(this.limits.stalledMs, () => raw.destroy());
    await Promise.allSettled([finished(sending.stream), finished(raw)]);
    const { order, stream, rows } = sending;
    const error = stream.errored;
    const code = error === null ? null : errorResponseOf(error, requestId, this.logger).body.code;
    if (code !== null) this.logger.warn(`An export broke off after ${rows} rows: ${code}`);
    const end = code !== null ? 'failed' : raw.writableFinished ? 'finished' : 'aborted';
    try {
      const outcome = code === null ? 'done' : 'failed';
      await this.audit.end(entryId, { outcome, code, details: detailsOf(order, end, rows) });
    } catch (failure) {
      this.logger.error(`The end of an export (${end}, ${rows} rows) could not be recorded`, failure);
    }
  }
}

function withHeaders({ fileName }: ExportOrder, reply: FastifyReply): FastifyReply {
  return reply
    .type('text/csv; charset=utf-8; header=present')
    .header('Content-Disposition', `attachment; filename="${fileName}"`);
}

/** running: of an entry that stays so the process was killed. */
function detailsOf(
  { format, filter }: ExportOrder,
  end: 'running' | 'finished' | 'aborted' | 'failed',
  rows: number,
): AuditDetails {
  return { format, filter, rows, end };
}

function shuttingDown(): DomainError {
  return new DomainError('SHUTTING_DOWN', 'The service is shutting down. Send this again in a moment');
}

function tooLarge(most: number): DomainError {
  return new DomainError(
    'EXPORT_TOO_LARGE',
    `More than ${most.toLocaleString('en')} rows match. Narrow the filter down, by from and to for calls, and export in parts`,
  );
}
