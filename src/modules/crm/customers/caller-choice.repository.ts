import { Repository } from 'typeorm';
import { CallerChoice } from './caller-choice.entity.js';

export type NewChoice = Omit<CallerChoice, 'chosenAt' | 'newestCustomerId'>;

/** Rows of `telephony_caller_choices`. */
export class CallerChoiceRepository extends Repository<CallerChoice> {
  /** Adds a choice, or replaces the former one of its number. */
  async remember(choice: NewChoice): Promise<void> {
    await this.createQueryBuilder()
      .insert()
      .values({
        ...choice,
        newestCustomerId: () => '(SELECT max(id) FROM customers)',
        chosenAt: () => 'now()',
      })
      .orUpdate(['customer_id', 'newest_customer_id', 'chosen_by', 'chosen_at'], ['number_e164'])
      .execute();
  }
}
