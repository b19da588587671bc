import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Which days have figures; the only row of its table. A day up to `closedThrough` without a mark is built, or has no call. */
@Entity('telephony_figure_state')
@Check('ck_telephony_figure_state_id', 'id = 1')
export class FigureState {
  @PrimaryColumn({ type: 'smallint', primaryKeyConstraintName: 'pk_telephony_figure_state' })
  id: number;

  /** Number of the definition by which the days are built, see `DEFINITION`; 0: none is. */
  @Column({ type: 'integer' })
  definition: number;

  /** Business zone in which the days are counted. */
  @Column({ type: 'varchar', length: 64 })
  zone: string;

  /** Later days are not closed: their figures are computed when they are read. */
  @Column({ name: 'closed_through', type: 'date', nullable: true })
  closedThrough: string | null;

  /** Calls up to this day were removed by their age: the figures stay as they are. */
  @Column({ name: 'frozen_through', type: 'date', nullable: true })
  frozenThrough: string | null;
}
