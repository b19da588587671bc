import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsText } from '../../common/http/is-text.decorator.js';
import { LARGEST_ID } from '../../common/limits.js';
import type { RevokedUser } from './revoked-user.entity.js';

export class RevokeRequest {
  @ApiProperty({ example: 7, description: 'The CRM’s user id.' })
  @IsInt()
  @Min(1)
  @Max(LARGEST_ID)
  userId: number;

  @ApiPropertyOptional({ example: 'left the company on 2026-11-30', maxLength: 500 })
  @IsOptional()
  @IsText(500)
  reason?: string;
}

export class RevocationDto {
  @ApiProperty({ example: 7 }) userId: number;
  @ApiProperty({ description: 'Tokens that were issued before are refused.' }) revokedAt: Date;
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 1,
    description: 'The CRM user who revoked them; null: an operator at the command line.',
  })
  revokedBy: number | null;
  @ApiProperty({ type: String, nullable: true }) reason: string | null;
}

export class RevocationListDto {
  @ApiProperty({ type: [RevocationDto] }) items: RevocationDto[];
  @ApiProperty({ example: 12 }) total: number;
  @ApiProperty({ example: 1 }) page: number;
  @ApiProperty({ example: 50 }) limit: number;
}

export function toRevocationDto({ userId, revokedAt, revokedBy, reason }: RevokedUser): RevocationDto {
  return { userId, revokedAt, revokedBy, reason };
}
