import { ApiProperty } from '@nestjs/swagger';
import { CallTaskDto } from '../call-task.dto.js';

/** A task to be worked on now, with whom it is about. */
export class DueTaskDto extends CallTaskDto {
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Rahim Uddin',
    description: 'null: nobody is known by this number, several are, or the look-up was late.',
  })
  customerName: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '+8801712345678',
    description: 'That a call of the task dials, E.164; null: there is none.',
  })
  customerNumber: string | null;
}

export class DueTaskListDto {
  @ApiProperty({ type: [DueTaskDto], description: 'Hot ones first; at most 100.' }) items: DueTaskDto[];
  @ApiProperty({ example: '2026-01-03', description: 'The day in the business time zone.' }) today: string;
}
