import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Whom the staff chose as the customer with a number. */
@Entity('telephony_caller_choices')
export class CallerChoice {
  @PrimaryColumn({
    name: 'number_e164',
    type: 'varchar',
    length: 20,
    primaryKeyConstraintName: 'pk_telephony_caller_choices',
  })
  numberE164: string;

  /** `customers.id`; null: none of the customers with this number. */
  @Column({ name: 'customer_id', type: 'integer', nullable: true })
  customerId: number | null;

  /** The highest `customers.id` when it was chosen. null: there was no customer, or the choice is older than this column. */
  @Column({ name: 'newest_customer_id', type: 'integer', nullable: true })
  newestCustomerId: number | null;

  /** The CRM's user id. */
  @Column({ name: 'chosen_by', type: 'integer' })
  chosenBy: number;

  @Column({ name: 'chosen_at', type: 'timestamptz', default: () => 'now()' })
  chosenAt: Date;
}
