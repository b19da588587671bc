import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { LiveCall } from '../../../client/wire.js';
import { type CallerFacts, CallerFactsService } from '../../crm/customers/caller-facts.service.js';
import { LiveSockets } from '../gateway/live-sockets.js';
import { NaturalBatches } from './natural-batches.js';

/** A ring is shown after this time at the latest, in milliseconds, if need be without the customer. */
const LOOK_UP_LIMIT_MS = 300;

/** A call that rings at agents who were not told yet. */
export interface Ring {
  readonly call: LiveCall;
  readonly rooms: readonly string[];
  /** Rooms that were told before. */
  readonly except: readonly string[];
}

type Callers = ReadonlyMap<string, CallerFacts>;

const UNKNOWN_CALLER: CallerFacts = { customer: null, matchCount: 0 };

/** Tells agents that a call rings at them, and who calls. */
@Injectable()
export class IncomingCalls implements BeforeApplicationShutdown {
  private readonly logger = new Logger(IncomingCalls.name);
  private readonly batches = new NaturalBatches(() => this.tell());
  private rings: Ring[] = [];
  private lookUp: Promise<Callers> | null = null;

  constructor(
    private readonly callerFacts: CallerFactsService,
    private readonly sockets: LiveSockets,
  ) {}

  add(ring: Ring): void {
    this.rings.push(ring);
    this.batches.wake();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.batches.stop();
  }

  private async tell(): Promise<boolean> {
    const rings = this.rings.splice(0);
    const numbers = rings.map(({ call }) => call.customerNumberE164).filter((number) => number !== null);
    const callers = await this.callersOf(new Set(numbers));
    for (const { call, rooms, except } of rings) {
      const caller = callers.get(call.customerNumberE164 ?? '') ?? UNKNOWN_CALLER;
      const pop = `/api/telephony/calls/${call.id}/pop`;
      this.sockets.emit(rooms, 'incoming_call', { v: 1, call, ...caller, pop }, except);
    }
    return this.rings.length > 0;
  }

  /** Nobody is known while an earlier look-up hangs: look-ups must not take all connections from the intake. */
  private async callersOf(numbers: ReadonlySet<string>): Promise<Callers> {
    if (this.lookUp !== null || numbers.size === 0) return new Map();
    this.lookUp = this.lookedUp(numbers);
    const limit = new AbortController();
    try {
      const tooLate = pause(LOOK_UP_LIMIT_MS, new Map<string, CallerFacts>(), { signal: limit.signal });
      return await Promise.race([this.lookUp, tooLate.catch(() => new Map<string, CallerFacts>())]);
    } finally {
      limit.abort();
    }
  }

  private async lookedUp(numbers: ReadonlySet<string>): Promise<Callers> {
    try {
      return await this.callerFacts.forNumbers(numbers);
    } catch (error) {
      this.logger.warn(`Callers could not be looked up: ${String(error)}`);
      return new Map();
    } finally {
      this.lookUp = null;
    }
  }
}
