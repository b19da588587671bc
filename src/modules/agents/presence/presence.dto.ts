import {
  ApiProperty,
  ApiPropertyOptional,
  IntersectionType,
  OmitType,
  PartialType,
  PickType,
} from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsLine } from '../../../common/http/is-text.decorator.js';
import { LARGEST_ID } from '../../../common/limits.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { EXTENSION_KINDS, type ExtensionKind } from '../extensions/extension.entity.js';
import { AGENT_STATUSES, type AgentStatus } from './agent-presence.entity.js';
import type { PresenceNow } from './presence.repository.js';
import type { ListedPresence } from './presence.service.js';

export class SetStatusRequest {
  @ApiProperty({ enum: AGENT_STATUSES, example: 'break' })
  @IsIn(AGENT_STATUSES)
  status: AgentStatus;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'lunch', maxLength: 100 })
  @IsOptional()
  @IsLine(100)
  reason?: string | null;
}

export class PresenceQuery {
  @ApiPropertyOptional({ example: 3, description: 'Only the users of this team of the CRM.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LARGEST_ID)
  teamId?: number;
}

export class StatusSetDto {
  @ApiProperty({ example: 7 }) userId: number;
  @ApiProperty({ enum: AGENT_STATUSES, description: 'As it was set.' }) status: AgentStatus;
  @ApiProperty() updatedAt: Date;
  @ApiProperty({ type: String, nullable: true, example: 'lunch' }) reason: string | null;
}

export class PresenceDto {
  @ApiProperty({ example: 7 }) userId: number;
  @ApiProperty({ enum: AGENT_STATUSES, description: 'As it is shown.' }) status: AgentStatus;
  @ApiProperty({ enum: AGENT_STATUSES, description: 'As the user set it.' }) manualStatus: AgentStatus;
  @ApiProperty({ type: String, nullable: true, example: 'lunch' }) reason: string | null;
  @ApiProperty({ description: 'Since when the status is shown.' }) since: Date;
  @ApiProperty({ description: 'When the user set his status.' }) updatedAt: Date;
  @ApiProperty() lastSeenAt: Date;
  @ApiProperty({ type: Number, nullable: true, description: 'The answered call that is his.' })
  callId: number | null;
}

/** What the optional fields tell is for supervisors and the user himself. */
export class ListedPresenceDto extends IntersectionType(
  PickType(PresenceDto, ['userId', 'status', 'since']),
  PartialType(OmitType(PresenceDto, ['userId', 'status', 'since'])),
) {
  @ApiProperty({ type: String, nullable: true, example: '201', description: 'His primary one.' })
  extension: string | null;
}

export class PresenceListDto {
  @ApiProperty({ type: [ListedPresenceDto] }) items: ListedPresenceDto[];
  @ApiProperty({ description: 'false: all teams, also where a team was asked for that cannot be read.' })
  isOfTeam: boolean;
}

export class DirectoryEntryDto {
  @ApiProperty({ example: '201' }) extension: string;
  @ApiProperty({ enum: EXTENSION_KINDS }) kind: ExtensionKind;
  @ApiProperty({ type: String, nullable: true, example: 'Order desk' }) label: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 7, description: 'Who holds it; null: nobody.' })
  userId: number | null;
  @ApiProperty({ enum: AGENT_STATUSES, nullable: true, description: 'online: free. null: not known.' })
  status: AgentStatus | null;
  @ApiProperty({ type: Date, nullable: true }) since: Date | null;
}

export class AgentDirectoryDto {
  @ApiProperty({ type: [DirectoryEntryDto] }) items: DirectoryEntryDto[];
}

export function toPresenceDto({ setAt, ...presence }: PresenceNow): PresenceDto {
  return { ...presence, updatedAt: setAt };
}

/** @param reader who asks */
export function toListedPresenceDto(
  { extension, ...presence }: ListedPresence,
  reader: AgentIdentity,
): ListedPresenceDto {
  const { userId, status, since } = presence;
  const isToldAll = reader.role === 'supervisor' || reader.userId === userId;
  return isToldAll ? { ...toPresenceDto(presence), extension } : { userId, status, since, extension };
}
