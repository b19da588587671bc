import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../common/errors/domain-error.js';
import type { ErrorCode } from '../../common/errors/error-code.js';
import { errorResponseOf } from '../../common/errors/error-response.js';
import type { AuditDetails } from '../audit/audit-entry.entity.js';
import { type Act, AuditService } from '../audit/audit.service.js';
import { ExportLimits } from './export-limits.js';
import { ExportedFile, type FileContents, tooManyRows } from './exported-file.js';

/** What is exported, for whom. */
export interface ExportOrder extends FileContents {
  readonly act: Act;
  /** As the audit keeps it: with masked numbers. */
  readonly filter: AuditDetails;
  readonly fileName: string;
  /** How many rows there are, up to a number; null: to count them would take as long as to export them. */
  count(most: number): Promise<number | null>;
}

/** running: if an entry of the audit stays so, the process was killed. aborted: by the client. */
type EndWord = 'running' | 'finished' | 'aborted' | 'failed';

interface End {
  readonly word: EndWord;
  readonly code: ErrorCode | null;
}

/** Rows that are read at a time: larger pages need more memory, smaller ones more time. */
export const PAGE_ROWS = 1_000;

/** Sends exports as they are read, and records in the audit how each has ended. */
@Injectable()
export class ExportsService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ExportsService.name);
  /** From the first look at the database until the audit says how the file has ended. */
  private readonly sending = new Set<Promise<void>>();
  private readonly files = new Set<ExportedFile>();
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
    this.checkPlace();
    const sending = this.sendFile(order, request, reply);
    this.sending.add(sending);
    try {
      await sending;
    } finally {
      this.sending.delete(sending);
    }
  }

  /** While the audit still has its connections to the database. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isShuttingDown = true;
    for (const { stream } of this.files) stream.destroy(shuttingDown());
    await Promise.allSettled(this.sending);
  }

  private async sendFile(order: ExportOrder, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    await this.checkSize(order);
    const entryId = await this.audit.begin(order.act, detailsOf(order, 'running', 0));
    const file = new ExportedFile(order, this.limits.rows);
    this.files.add(file);
    try {
      const end = this.watch(file, request, reply);
      void withHeaders(order, reply).send(file.stream);
      // The shutdown may have begun meanwhile.
      if (this.isShuttingDown) file.stream.destroy(shuttingDown());
      await this.recordEnd(entryId, order, file, await end);
    } finally {
      this.files.delete(file);
    }
  }

  private checkPlace(): void {
    if (this.isShuttingDown) throw shuttingDown();
    if (this.sending.size >= this.limits.atOnce) {
      throw new DomainError(
        'TOO_MANY_EXPORTS',
        `${this.limits.atOnce} exports are being sent already. Ask again when one of them has ended`,
      );
    }
  }

  private async checkSize(order: ExportOrder): Promise<void> {
    const count = await order.count(this.limits.rows + 1);
    if (count !== null && count > this.limits.rows) throw tooManyRows(this.limits.rows);
  }

  private async watch(
    { stream }: ExportedFile,
    request: FastifyRequest,
    { raw }: FastifyReply,
  ): Promise<End> {
    // While rows are looked for nothing is taken either, for longer than that: only then does nothing wait for the client.
    raw.setTimeout(this.limits.stalledMs, () => {
      if (raw.writableLength > 0) raw.destroy();
    });
    await Promise.allSettled([finished(stream), finished(raw)]);
    if (stream.errored === null) return { word: raw.writableFinished ? 'finished' : 'aborted', code: null };
    return { word: 'failed', code: errorResponseOf(stream.errored, request.id, this.logger).body.code };
  }

  /** Never throws: the file has been sent. */
  private async recordEnd(
    entryId: string,
    order: ExportOrder,
    { rows }: ExportedFile,
    end: End,
  ): Promise<void> {
    const { word, code } = end;
    if (code !== null) this.logger.warn(`An export broke off after ${rows} rows: ${code}`);
    try {
      const outcome = code === null ? 'done' : 'failed';
      await this.audit.end(entryId, { outcome, code, details: detailsOf(order, word, rows) });
    } catch (error) {
      this.logger.error(`The end of an export (${word}, ${rows} rows) could not be recorded`, error);
    }
  }
}

function withHeaders({ fileName }: ExportOrder, reply: FastifyReply): FastifyReply {
  return reply
    .type('text/csv; charset=utf-8; header=present')
    .header('Content-Disposition', `attachment; filename="${fileName}"`);
}

function detailsOf({ format, filter }: ExportOrder, end: EndWord, rows: number): AuditDetails {
  return { format, filter, rows, end };
}

function shuttingDown(): DomainError {
  return new DomainError('SHUTTING_DOWN', 'The service is shutting down. Send this again in a moment');
}
