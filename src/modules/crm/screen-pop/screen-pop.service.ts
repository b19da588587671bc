import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { writtenForms } from '../../../common/phone-number.js';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { readWithin } from '../../../database/batch/limited-read.js';
import { customerOf, CustomersService, type NumberMatches } from '../customers/customers.service.js';
import { type PoppedCall, type PopFacts, toScreenPopDto } from './pop-answer.js';
import { allLeftOut } from './pop-parts.js';
import { PopSources } from './pop-sources.service.js';
import type { ScreenPopDto } from './screen-pop.dto.js';
import { ScreenPopRepository } from './screen-pop.repository.js';

export { ScreenPopDto } from './screen-pop.dto.js';

/** An agent does not wait longer for it, in milliseconds. */
export const POP_LIMIT_MS = 300;

/** What the CRM knows of the customer of a call. */
@Injectable()
export class ScreenPopService {
  private readonly logger = new Logger(ScreenPopService.name);
  /** Reads that are under way, by call and version: several windows ask for one call at once. */
  private readonly underWay = new Map<string, Promise<PopFacts>>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly customers: CustomersService,
    private readonly sources: PopSources,
    private readonly repository: ScreenPopRepository,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * Never throws: what the database does not answer within {@link POP_LIMIT_MS} is left out, and the answer says so. The
   * caller has checked that the user may see the call.
   */
  async ofCall(call: PoppedCall): Promise<ScreenPopDto> {
    const { id, customerNumberE164: number, version } = call;
    if (number === null) return toScreenPopDto(call, { matches: undefined, row: null, leftOut: [] });
    const key = `${id}:${version}`;
    let facts = this.underWay.get(key);
    if (facts === undefined) {
      facts = this.read(id, number).finally(() => this.underWay.delete(key));
      this.underWay.set(key, facts);
    }
    return toScreenPopDto(call, await facts);
  }

  private async read(callId: number, number: string): Promise<PopFacts> {
    const sources = this.sources.current();
    try {
      const read = await readWithin(this.dataSource, POP_LIMIT_MS, async (manager) => {
        // Whole numbers are compared in a second step: the database's index has their last ten digits.
        const matches = (await this.customers.matchesOf(manager, new Set([number]))).get(number);
        const row = await this.repository.read(manager, sources, this.queryOf(callId, number, matches));
        return { matches, row, leftOut: sources.leftOut };
      });
      if (!read.isLate) return read.value;
      this.logger.warn(`A screen-pop was not read within ${POP_LIMIT_MS} ms: it is shown without`);
      return nothing('late');
    } catch (error) {
      this.logger.error('A screen-pop could not be read: it is shown without', error);
      this.sources.reportFailure();
      return nothing('failed');
    }
  }

  private queryOf(callId: number, number: string, matches: NumberMatches | undefined) {
    const forms = writtenForms(number);
    return {
      callId,
      number,
      matchIds: matches?.customers.map(({ id }) => id) ?? [],
      subjectId: matches === undefined ? null : (customerOf(matches)?.id ?? null),
      forms,
      guestDigits: [...new Set(forms.map((form) => form.replaceAll(/\D/gu, '').replace(/^88/u, '')))],
      timeZone: this.config.businessTimeZone,
    };
  }
}

function nothing(why: 'late' | 'failed'): PopFacts {
  return { matches: undefined, row: null, leftOut: allLeftOut(why) };
}
