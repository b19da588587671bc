import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../../common/errors/api-errors.decorator.js';
import { Access } from '../../auth/access.decorator.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { CurrentAgent } from '../../auth/current-agent.decorator.js';
import { ExtensionImport } from './import/extension-import.service.js';
import { ExtensionPipe } from './extension.pipe.js';
import {
  AssignExtensionRequest,
  ClaimExtensionRequest,
  ExtensionDto,
  ExtensionHistoryDto,
  ExtensionListDto,
  ExtensionListQuery,
  ImportExtensionsRequest,
  ImportResultDto,
  toExtensionDto,
  toExtensionHistoryDto,
  toUnassignedListDto,
  UnassignedListDto,
} from './extension.dto.js';
import { ExtensionsService } from './extensions.service.js';

@ApiTags('Extensions')
@Controller('telephony')
export class ExtensionsController {
  constructor(
    private readonly extensions: ExtensionsService,
    private readonly lists: ExtensionImport,
  ) {}

  @Get('extensions')
  @Access('supervisor')
  @ApiOperation({ summary: 'The extensions, and who holds them' })
  @ApiOkResponse({ type: ExtensionListDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN')
  async list(@Query() { page, limit, ...filter }: ExtensionListQuery): Promise<ExtensionListDto> {
    const { items, total } = await this.extensions.getPage(filter, page, limit);
    return { items: items.map(toExtensionDto), total, page, limit };
  }

  @Get('extensions/unassigned')
  @Access('supervisor')
  @ApiOperation({ summary: 'Extensions of calls of the last 30 days that no user holds' })
  @ApiOkResponse({ type: UnassignedListDto })
  @ApiErrors('FORBIDDEN')
  async unassigned(): Promise<UnassignedListDto> {
    return toUnassignedListDto(await this.extensions.getUnassigned());
  }

  @Get('extensions/:extension/history')
  @Access('supervisor')
  @ApiOperation({ summary: 'What an extension was, and who held it, newest first' })
  @ApiOkResponse({ type: ExtensionHistoryDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN')
  async history(@Param('extension', ExtensionPipe) extension: string): Promise<ExtensionHistoryDto> {
    return toExtensionHistoryDto(await this.extensions.getHistory(extension));
  }

  @Post('extensions/import')
  @HttpCode(200)
  @Access('supervisor')
  @ApiOperation({ summary: 'Assigns the extensions of a list: all, or none if a line is wrong' })
  @ApiOkResponse({ type: ImportResultDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN')
  async import(
    @CurrentAgent() agent: AgentIdentity,
    @Body() { csv, dryRun }: ImportExtensionsRequest,
  ): Promise<ImportResultDto> {
    const result = await this.lists.run(agent, csv, dryRun ?? false);
    return { ...result, problems: [...result.problems] };
  }

  @Put('extensions/:extension')
  @Access('supervisor')
  @ApiOperation({ summary: 'Says what an extension is from now on, and who holds it' })
  @ApiOkResponse({ type: ExtensionDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'NUMBER_EMERGENCY', 'NUMBER_SHORT_CODE')
  async assign(
    @CurrentAgent() agent: AgentIdentity,
    @Param('extension', ExtensionPipe) extension: string,
    @Body() request: AssignExtensionRequest,
  ): Promise<ExtensionDto> {
    return toExtensionDto(await this.extensions.assign(agent, extension, request));
  }

  @Delete('extensions/:extension')
  @HttpCode(204)
  @Access('supervisor')
  @ApiOperation({ summary: 'Forgets an extension; what it was stays in its history' })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'EXTENSION_NOT_FOUND')
  remove(
    @CurrentAgent() agent: AgentIdentity,
    @Param('extension', ExtensionPipe) extension: string,
  ): Promise<void> {
    return this.extensions.remove(agent, extension);
  }

  @Post('agents/me/extension')
  @HttpCode(200)
  @Access('staff')
  @ApiOperation({ summary: 'Sits down at an extension that may be claimed' })
  @ApiOkResponse({ type: ExtensionDto })
  @ApiErrors('VALIDATION_FAILED', 'EXTENSION_NOT_YOURS')
  async claim(
    @CurrentAgent() agent: AgentIdentity,
    @Body() { extension }: ClaimExtensionRequest,
  ): Promise<ExtensionDto> {
    return toExtensionDto(await this.extensions.claim(agent, extension));
  }
}
