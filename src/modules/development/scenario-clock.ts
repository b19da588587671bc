import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

/** Lets scenarios take as long as calls do. */
@Injectable()
export class ScenarioClock {
  /** @throws AbortError when the signal is given */
  async waitUntil(at: number, signal: AbortSignal): Promise<void> {
    await pause(Math.max(0, at - Date.now()), undefined, { signal });
  }
}
