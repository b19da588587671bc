import { ApiProperty } from '@nestjs/swagger';
import { LEFT_OUT_REASONS, type LeftOut, type LeftOutReason, POP_PARTS, type PopPart } from './pop-parts.js';

export class PopOrderSummaryDto {
  @ApiProperty({ example: 'SO-10234' }) number: string;
  @ApiProperty({ type: String, nullable: true, example: 'shipped' }) status: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 1450 }) total: number | null;
  @ApiProperty({ type: String, nullable: true, example: '2026-01-02T05:30:00.000Z' }) createdAt:
    string | null;
}

export class PopOrderItemDto {
  @ApiProperty({ type: String, nullable: true, example: 'Olive oil 500 ml' }) product: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 2 }) quantity: number | null;
}

export class PopOrderDto extends PopOrderSummaryDto {
  @ApiProperty({ example: 10234 }) id: number;
  @ApiProperty({ type: Number, nullable: true, example: 1450 }) codAmount: number | null;
  @ApiProperty({ type: String, nullable: true, example: 'pathao' }) courier: string | null;
  @ApiProperty({ type: String, nullable: true }) trackingId: string | null;
  @ApiProperty({ type: String, nullable: true }) courierStatus: string | null;
  @ApiProperty({
    type: [PopOrderItemDto],
    nullable: true,
    description: 'At most 20; null: left out.',
  })
  items: readonly PopOrderItemDto[] | null;
}

export class PopOrdersDto {
  @ApiProperty({ example: 7, description: 'Of a customer the newest 300 are counted.' }) count: number;
  @ApiProperty({ example: 1, description: 'Neither delivered nor returned nor cancelled.' }) open: number;
  @ApiProperty({ example: 5 }) delivered: number;
  @ApiProperty({ example: 1 }) returned: number;
  @ApiProperty({ example: 1450, description: 'Cash on delivery of the open orders.' }) codDue: number;
  @ApiProperty({ type: [PopOrderDto], description: 'The newest five.' }) last: readonly PopOrderDto[];
}

export class PopMatchDto {
  @ApiProperty({ example: 4711 }) id: number;
  @ApiProperty({ example: 'Rahim Uddin' }) name: string;
  @ApiProperty({ type: String, nullable: true, example: '01712-345678' }) phone: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Cumilla' }) district: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'repeat' }) customerType: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'gold' }) tier: string | null;
  @ApiProperty({ description: 'By customer_type, status or customer_tiers.' }) isVip: boolean;
  @ApiProperty({ description: 'By customer_type, status or customer_tiers.' }) isBlacklisted: boolean;
  @ApiProperty({ description: 'The staff said that it is this one.' }) isChosen: boolean;
  @ApiProperty({ example: 7 }) orders: number;
  @ApiProperty({ example: 1 }) openOrders: number;
  @ApiProperty({ type: PopOrderSummaryDto, nullable: true }) lastOrder: PopOrderSummaryDto | null;
  @ApiProperty({ type: String, nullable: true }) lastContactAt: string | null;
}

export class PopCustomerDto extends PopMatchDto {
  @ApiProperty({ type: String, nullable: true }) email: string | null;
  @ApiProperty({ type: String, nullable: true }) city: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'active' }) status: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 7 }) assignedTo: number | null;
  @ApiProperty({ type: String, nullable: true }) priority: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 12800 }) totalSpent: number | null;
  @ApiProperty({ type: String, nullable: true }) nextFollowUpAt: string | null;
  @ApiProperty({ type: PopOrdersDto, nullable: true, description: 'null: left out.' })
  orderHistory: PopOrdersDto | null;
}

export class PopTaskDto {
  @ApiProperty({ example: 123 }) id: number;
  @ApiProperty({ example: '01712345678' }) customerId: string;
  @ApiProperty({ example: 'pending' }) status: string;
  @ApiProperty({ example: '2026-01-03' }) taskDate: string;
  @ApiProperty({ type: String, nullable: true, example: 'hot' }) priority: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'missed_call' }) callReason: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 7 }) assignedAgentId: number | null;
  @ApiProperty({ type: String, nullable: true }) notes: string | null;
  @ApiProperty({ type: String, nullable: true, example: '18:00:00' }) scheduledTime: string | null;
}

export class PopCallDto {
  @ApiProperty({ example: 41 }) id: number;
  @ApiProperty({ example: 'inbound' }) direction: string;
  @ApiProperty({ example: 'completed' }) status: string;
  @ApiProperty({ type: String, nullable: true, example: 'completed' }) disposition: string | null;
  @ApiProperty({ type: String, nullable: true }) startedAt: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 135 }) durationSeconds: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 7 }) agentUserId: number | null;
}

export class PopRiskDto {
  @ApiProperty({ type: String, nullable: true, example: 'medium' }) level: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 18.5 }) cancellationRate: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 27 }) parcels: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 22 }) delivered: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 5 }) cancelled: number | null;
  @ApiProperty({ type: String, nullable: true }) checkedAt: string | null;
}

export class PopCartDto {
  @ApiProperty({ type: Number, nullable: true, example: 990 }) total: number | null;
  @ApiProperty({ type: String, nullable: true }) createdAt: string | null;
}

export class LeftOutDto {
  @ApiProperty({ enum: POP_PARTS }) part: PopPart;
  @ApiProperty({ enum: LEFT_OUT_REASONS }) why: LeftOutReason;
}

/** What is left out is null or an empty list, and named in `leftOut`. Times are ISO 8601 in UTC. */
export class ScreenPopDto {
  @ApiProperty({ example: 55 }) callId: number;
  @ApiProperty({ type: String, nullable: true, example: '+8801712345678' }) number: string | null;
  @ApiProperty({ example: 2, description: 'Customers with the number; 20 stands for 20 or more.' })
  matchCount: number;
  @ApiProperty({
    enum: ['customer', 'none'],
    nullable: true,
    description: 'What the staff said of the number: a customer, or none of the matches; null: nothing.',
  })
  choice: 'customer' | 'none' | null;
  @ApiProperty({ type: [PopMatchDto], description: 'The most likely first.' }) matches: PopMatchDto[];
  @ApiProperty({
    type: PopCustomerDto,
    nullable: true,
    description: 'The chosen customer, or the only one; null: none, or several and nobody has chosen.',
  })
  customer: PopCustomerDto | null;
  @ApiProperty({
    type: PopOrdersDto,
    nullable: true,
    description: 'Orders of the number without a customer.',
  })
  guestOrders: PopOrdersDto | null;
  @ApiProperty({ type: [PopTaskDto], description: 'Open ones of the number and the customer.' })
  tasks: readonly PopTaskDto[];
  @ApiProperty({ type: [PopCallDto], description: 'The last calls of the number but this one.' })
  calls: readonly PopCallDto[];
  @ApiProperty({ type: PopRiskDto, nullable: true }) risk: PopRiskDto | null;
  @ApiProperty({ type: PopCartDto, nullable: true, description: 'The latest order that was not placed.' })
  cart: PopCartDto | null;
  @ApiProperty({ type: [LeftOutDto] }) leftOut: readonly LeftOut[];
}
