import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../../../../common/errors/api-errors.decorator.js';
import { BigIdPipe } from '../../../../../common/http/id.pipe.js';
import { Access } from '../../../../auth/access.decorator.js';
import type { AgentIdentity } from '../../../../auth/agent-identity.js';
import { CurrentAgent } from '../../../../auth/current-agent.decorator.js';
import { BulkDiscard } from './discard/bulk-discard.js';
import { BulkDiscardRequest, BulkDiscardResponse } from './discard/bulk-discard.dto.js';
import {
  DiscardReceiptRequest,
  ReplayReceiptRequest,
  ReplayReceiptResponse,
  WebhookReceiptDetailDto,
  WebhookReceiptDto,
  WebhookReceiptListDto,
  WebhookReceiptListQuery,
  WebhookReceiptQuery,
} from './webhook-receipt.dto.js';
import { WebhookReceiptsService } from './webhook-receipts.service.js';

@ApiTags('Webhook receipts')
@Controller('telephony/webhook-receipts')
@Access('supervisor')
export class WebhookReceiptsController {
  constructor(
    private readonly receipts: WebhookReceiptsService,
    private readonly bulkDiscard: BulkDiscard,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What the PBX sent, newest first, without what it said' })
  @ApiOkResponse({ type: WebhookReceiptListDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN')
  list(@Query() query: WebhookReceiptListQuery): Promise<WebhookReceiptListDto> {
    return this.receipts.list(query);
  }

  @Post('discard')
  @HttpCode(200)
  @ApiOperation({ summary: 'Decides that the receipts of a filter, up to 1,000, are nothing' })
  @ApiOkResponse({ type: BulkDiscardResponse })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN')
  discardAll(
    @CurrentAgent() agent: AgentIdentity,
    @Body() request: BulkDiscardRequest,
  ): Promise<BulkDiscardResponse> {
    return this.bulkDiscard.run(agent, request);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One receipt with what was sent, telephone numbers masked' })
  @ApiOkResponse({ type: WebhookReceiptDetailDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'RECEIPT_NOT_FOUND')
  get(
    @CurrentAgent() agent: AgentIdentity,
    @Param('id', BigIdPipe) id: string,
    @Query() { unmasked }: WebhookReceiptQuery,
  ): Promise<WebhookReceiptDetailDto> {
    return this.receipts.get(agent, id, unmasked);
  }

  @Post(':id/replay')
  @HttpCode(200)
  @ApiOperation({ summary: 'Applies a receipt that was set aside; unless told otherwise, only tries it out' })
  @ApiOkResponse({ type: ReplayReceiptResponse })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'RECEIPT_NOT_FOUND')
  replay(
    @CurrentAgent() agent: AgentIdentity,
    @Param('id', BigIdPipe) id: string,
    @Body() request: ReplayReceiptRequest,
  ): Promise<ReplayReceiptResponse> {
    return this.receipts.replay(agent, id, request);
  }

  @Post(':id/discard')
  @HttpCode(200)
  @ApiOperation({ summary: 'Decides that a receipt which was set aside is nothing' })
  @ApiOkResponse({ type: WebhookReceiptDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'RECEIPT_NOT_FOUND', 'RECEIPT_ALREADY_SETTLED')
  discard(
    @CurrentAgent() agent: AgentIdentity,
    @Param('id', BigIdPipe) id: string,
    @Body() { reason }: DiscardReceiptRequest,
  ): Promise<WebhookReceiptDto> {
    return this.receipts.discard(agent, id, reason);
  }
}
