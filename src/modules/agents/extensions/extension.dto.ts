import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { ErrorDetailDto } from '../../../common/errors/error-body.js';
import { violates } from '../../../common/errors/field-rule.js';
import { IsLine, IsText } from '../../../common/http/is-text.decorator.js';
import { PageQuery } from '../../../common/http/page-query.js';
import { LARGEST_ID } from '../../../common/limits.js';
import { EXTENSION_KINDS, type ExtensionKind } from './extension.entity.js';
import type { ExtensionPeriod } from './timeline/extension-period.entity.js';
import type { ExtensionWithMembers, UnassignedExtension } from './extension.repository.js';

/** What an extension may be called, of whatever kind. */
export const EXTENSION_NAME = /^[\w*#.-]{1,30}$/u;

/** Most members of a group or queue: each report of it names them all. */
export const MOST_MEMBERS = 100;

/** Longest text of an import, in characters. */
const LONGEST_CSV = 60_000;

export class ExtensionListQuery extends PageQuery {
  @ApiPropertyOptional({ example: 7, description: 'Only the extensions that this user holds.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LARGEST_ID)
  userId?: number;

  @ApiPropertyOptional({ example: '20', description: 'A part of the extension or of its label.' })
  @IsOptional()
  @IsText(100)
  q?: string;
}

export class AssignExtensionRequest {
  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    example: 7,
    description:
      'The CRM’s id of the user who holds it from now on; null: nobody. For an extension of an agent.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(LARGEST_ID)
  userId?: number | null;

  @ApiPropertyOptional({ enum: EXTENSION_KINDS, description: 'Default: agent.' })
  @IsOptional()
  @IsIn(EXTENSION_KINDS)
  kind?: ExtensionKind;

  @ApiPropertyOptional({
    type: [Number],
    example: [7, 8],
    description: 'The users of a group or queue, wherever they sit.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_MEMBERS)
  @ArrayUnique()
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(LARGEST_ID, { each: true })
  members?: number[];

  @ApiPropertyOptional({
    type: [String],
    example: ['201', '202'],
    description: 'Extensions that ring with a group or queue, whoever holds them.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_MEMBERS)
  @ArrayUnique()
  @Matches(EXTENSION_NAME, {
    each: true,
    message: '$property must be extensions of 1 to 30 characters',
    context: violates('extension'),
  })
  memberExtensions?: string[];

  @ApiPropertyOptional({ type: String, nullable: true, example: 'Desk 4, sales', maxLength: 100 })
  @IsOptional()
  @IsLine(100)
  label?: string | null;

  @ApiPropertyOptional({
    description: 'Whether an agent may take it himself. Default: as it is, else false.',
  })
  @IsOptional()
  @IsBoolean()
  claimable?: boolean;

  @ApiPropertyOptional({
    description:
      'Whether calls of its holder are started from it when the request names none. Default: as it is; the first extension of a user is.',
  })
  @IsOptional()
  @IsBoolean()
  isPrimary?: boolean;
}

export class ClaimExtensionRequest {
  @ApiProperty({ example: '201', description: 'An extension that may be claimed.' })
  @Matches(EXTENSION_NAME, {
    message: 'extension must be 1 to 30 characters: letters, digits and * # . - _',
    context: violates('extension'),
  })
  extension: string;
}

export class ImportExtensionsRequest {
  @ApiProperty({
    example: 'extension,userId,label\n201,7,Desk 1\n202,8,Desk 2',
    description:
      'CSV with a line of names: extension, userId, kind, members, memberExtensions, label, claimable, isPrimary. Several members are separated by `|`.',
  })
  @IsText(LONGEST_CSV)
  csv: string;

  @ApiPropertyOptional({ default: false, description: 'true: says what would be done, and does nothing.' })
  @IsOptional()
  @IsBoolean()
  dryRun?: boolean;
}

export class ExtensionDto {
  @ApiProperty({ example: '201' }) extension: string;
  @ApiProperty({ enum: EXTENSION_KINDS }) kind: ExtensionKind;
  @ApiProperty({ type: Number, nullable: true, example: 7 }) userId: number | null;
  @ApiProperty({ type: [Number], description: 'Users of a group or queue.' }) members: number[];
  @ApiProperty({ type: [String], description: 'Extensions of a group or queue.' }) memberExtensions: string[];
  @ApiProperty({ type: String, nullable: true, example: 'Desk 4, sales' }) label: string | null;
  @ApiProperty() isPrimary: boolean;
  @ApiProperty() claimable: boolean;
  @ApiProperty({ type: Number, nullable: true, description: 'null: the configuration assigned it.' })
  assignedBy: number | null;
  @ApiProperty() assignedAt: Date;
}

export class ExtensionListDto {
  @ApiProperty({ type: [ExtensionDto] }) items: ExtensionDto[];
  @ApiProperty({ example: 12 }) total: number;
  @ApiProperty({ example: 1 }) page: number;
  @ApiProperty({ example: 50 }) limit: number;
}

export class ImportProblemDto extends ErrorDetailDto {
  @ApiProperty({ example: 3, description: 'Line of the text; the first is 1.' }) line: number;
}

export class ImportResultDto {
  @ApiProperty() dryRun: boolean;
  @ApiProperty({ example: 2 }) created: number;
  @ApiProperty({ example: 1 }) changed: number;
  @ApiProperty({ example: 40 }) unchanged: number;
  @ApiProperty({ type: [ImportProblemDto], description: 'Of a dry run; otherwise a problem refuses it all.' })
  problems: ImportProblemDto[];
}

export class UnassignedExtensionDto {
  @ApiProperty({ example: '207' }) extension: string;
  @ApiProperty({ example: 31, description: 'Calls of the last 30 days.' }) calls: number;
  @ApiProperty({ description: 'When the last of them began.' }) lastAt: Date;
}

export class UnassignedListDto {
  @ApiProperty({ type: [UnassignedExtensionDto] }) items: UnassignedExtensionDto[];
}

export function toExtensionDto(row: ExtensionWithMembers): ExtensionDto {
  const { extension, kind, userId, label, isPrimary, claimable, assignedBy, assignedAt } = row;
  const members = [...row.memberUsers];
  const memberExtensions = [...row.memberExtensions];
  return {
    extension,
    kind,
    userId,
    members,
    memberExtensions,
    label,
    isPrimary,
    claimable,
    assignedBy,
    assignedAt,
  };
}

export function toUnassignedListDto(items: UnassignedExtension[]): UnassignedListDto {
  return { items };
}

/** What an extension was from one time until another. */
export class ExtensionPeriodDto {
  @ApiProperty({ enum: EXTENSION_KINDS }) kind: ExtensionKind;
  @ApiProperty({ type: Number, nullable: true, example: 7 }) userId: number | null;
  @ApiProperty({ type: [Number] }) members: number[];
  @ApiProperty({ type: [String] }) memberExtensions: string[];
  @ApiProperty() from: Date;
  @ApiProperty({ type: Date, nullable: true, description: 'null: it holds.' }) to: Date | null;
}

export class ExtensionHistoryDto {
  @ApiProperty({ type: [ExtensionPeriodDto], description: 'Newest first, at most 100.' })
  items: ExtensionPeriodDto[];
}

export function toExtensionHistoryDto(periods: readonly ExtensionPeriod[]): ExtensionHistoryDto {
  return {
    items: periods.map(({ kind, userId, memberUsers, memberExtensions, fromAt, toAt }) => ({
      kind,
      userId,
      members: memberUsers,
      memberExtensions,
      from: fromAt,
      // pg reads `infinity` as a number.
      to: toAt instanceof Date ? toAt : null,
    })),
  };
}
