import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A customer of the CRM, read only. The table has more columns than this entity. */
@Entity('customers', { synchronize: false })
export class Customer {
  @PrimaryGeneratedColumn({ primaryKeyConstraintName: 'pk_customers' })
  id: number;

  @Column({ type: 'uuid', nullable: true })
  uuid: string | null;

  @Column({ type: 'varchar', length: 50 })
  name: string;

  @Column({ name: 'last_name', type: 'varchar', length: 50, nullable: true })
  lastName: string | null;

  @Column({ name: 'company_name', type: 'varchar', length: 100, nullable: true })
  companyName: string | null;

  @Column({ type: 'varchar', length: 100, nullable: true })
  email: string | null;

  @Column({ type: 'varchar', length: 20, nullable: true })
  phone: string | null;

  @Column({ type: 'varchar', length: 20, nullable: true })
  mobile: string | null;

  @Column({ name: 'customer_type', type: 'varchar', length: 20, nullable: true })
  customerType: string | null;

  @Column({ type: 'varchar', length: 20, nullable: true })
  status: string | null;

  /** Where the customer came from. For customers abroad the CRM writes their number here, `+` and digits. */
  @Column({ type: 'varchar', length: 50, nullable: true })
  source: string | null;

  @Column({ name: 'assigned_to', type: 'integer', nullable: true })
  assignedTo: number | null;

  @Column({ type: 'varchar', length: 20, nullable: true })
  priority: string | null;

  @Column({ name: 'is_deleted', type: 'boolean', default: false, nullable: true })
  isDeleted: boolean;

  @Column({ name: 'total_spent', type: 'numeric', precision: 15, scale: 2, nullable: true })
  totalSpent: string | null;

  @Column({ name: 'customer_lifetime_value', type: 'numeric', precision: 15, scale: 2, nullable: true })
  customerLifetimeValue: string | null;

  /**
   * Wall-clock text, `YYYY-MM-DD HH:MM:SS`, like the column below. The database type is `timestamp`, which TypeORM would
   * read as Date in the time zone of this process.
   */
  @Column({ name: 'last_contact_date', type: 'text', nullable: true })
  lastContactDate: string | null;

  @Column({ name: 'next_follow_up', type: 'text', nullable: true })
  nextFollowUp: string | null;

  @Column({ type: 'text', nullable: true })
  notes: string | null;

  @Column({ type: 'varchar', length: 100, nullable: true })
  district: string | null;

  @Column({ type: 'varchar', length: 100, nullable: true })
  city: string | null;

  @Column({ type: 'text', nullable: true })
  address: string | null;
}
