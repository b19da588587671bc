import { Repository } from 'typeorm';
import { CallerChoice } from './caller-choice.entity.js';

/** Rows of `telephony_caller_choices`. */
export class CallerChoiceRepository extends Repository<CallerChoice> {
  /** Adds a choice, or replaces the former one of its number. */
  async remember(choice: Omit<CallerChoice, 'chosenAt'>): Promise<void> {
    await this.createQueryBuilder()
      .insert()
      .values({ ...choice, chosenAt: () => 'now()' })
      .orUpdate(['customer_id', 'chosen_by', 'chosen_at'], ['number_e164'])
      .execute();
  }
}
