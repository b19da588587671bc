import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import type { LiveCall } from '../../../client/wire.js';
import { type CallerFacts, CallerFactsService } from '../../crm/customers/caller-facts.service.js';
import { LiveSockets } from '../gateway/live-sockets.js';
import { inSlices } from './in-slices.js';
import { NaturalBatches } from './natural-batches.js';

const NOBODY: CallerFacts = { customer: null, matchCount: 0 };

/** A call that rings at agents who were not told yet. */
export interface Ring {
  readonly call: LiveCall;
  readonly rooms: readonly string[];
  /** @returns rooms at which it rings now: the caller was looked up meanwhile */
  readonly ringing: () => readonly string[];
  /** Rooms that were told before. */
  readonly except: readonly string[];
}

/** Tells agents that a call rings at them, and who calls. */
@Injectable()
export class IncomingCalls implements BeforeApplicationShutdown {
  private readonly batches = new NaturalBatches(() => this.tell());
  private rings: Ring[] = [];

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

  private async tell(): Promise<number> {
    const rings = this.rings.splice(0);
    const numbers = rings.map(({ call }) => call.customerNumberE164).filter((number) => number !== null);
    const callers = await this.callerFacts.forNumbers(numbers);
    await inSlices(rings, ({ call, rooms, ringing, except }) => {
      const caller = callers.get(call.customerNumberE164 ?? '') ?? NOBODY;
      const pop = `/api/telephony/calls/${call.id}/pop`;
      const current = ringing();
      const due = rooms.filter((room) => current.includes(room));
      this.sockets.emit(due, 'incoming_call', { v: 1, call, ...caller, pop }, except);
    });
    return rings.length;
  }
}
