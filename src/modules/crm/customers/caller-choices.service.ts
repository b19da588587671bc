import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CallerChoiceRepository, type NewChoice } from './caller-choice.repository.js';

/** Remembers whom the staff chose as the customer with a number. */
@Injectable()
export class CallerChoicesService {
  constructor(private readonly choices: CallerChoiceRepository) {}

  /** The caller has checked that the customer has the number. */
  remember(manager: EntityManager, choice: NewChoice): Promise<void> {
    return manager.withRepository(this.choices).remember(choice);
  }

  /** @param e164 E.164 */
  async forget(manager: EntityManager, e164: string): Promise<void> {
    await manager.withRepository(this.choices).delete({ numberE164: e164 });
  }
}
