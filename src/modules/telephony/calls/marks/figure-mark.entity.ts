import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * A business day whose figures have to be computed again, because a call has changed that they count. Rows are only added
 * and removed, several for one day: with one row for each day, a transaction that finds the row of another one would write
 * none, and its change would be missed when that row is removed before it commits.
 */
@Entity('telephony_figure_marks')
@Index('ix_telephony_figure_marks_day', ['day'])
export class FigureMark {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_telephony_figure_marks',
  })
  id: string;

  @Column({ type: 'date' })
  day: string;
}
