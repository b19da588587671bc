import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../common/errors/api-errors.decorator.js';
import { IdPipe } from '../../common/http/id.pipe.js';
import { Access } from '../auth/access.decorator.js';
import type { AgentIdentity } from '../auth/agent-identity.js';
import { CurrentAgent } from '../auth/current-agent.decorator.js';
import { ScreenPopDto, ScreenPopService } from '../crm/screen-pop/screen-pop.service.js';
import { CallLogService } from './calls/log/call-log.service.js';
import { CallCustomerService } from './calls/customer/call-customer.service.js';
import { ChooseCustomerRequest } from './calls/dto/call-customer.dto.js';

@ApiTags('Calls')
@Controller('telephony/calls/:id')
@Access('staff')
export class CallCustomerController {
  constructor(
    private readonly calls: CallLogService,
    private readonly screenPop: ScreenPopService,
    private readonly customer: CallCustomerService,
  ) {}

  @Get('pop')
  @ApiOperation({ summary: 'What the CRM knows of the customer of a call' })
  @ApiOkResponse({ type: ScreenPopDto })
  @ApiErrors('VALIDATION_FAILED', 'CALL_NOT_FOUND')
  async pop(@CurrentAgent() agent: AgentIdentity, @Param('id', IdPipe) id: number): Promise<ScreenPopDto> {
    return this.screenPop.ofCall(await this.calls.get(agent, id));
  }

  @Post('customer')
  @HttpCode(204)
  @ApiOperation({ summary: 'Says who the customer of a call is; remembered for later calls of the number' })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION_FAILED', 'CALL_NOT_FOUND', 'CUSTOMER_NOT_MATCHING')
  choose(
    @CurrentAgent() agent: AgentIdentity,
    @Param('id', IdPipe) id: number,
    @Body() { customerId }: ChooseCustomerRequest,
  ): Promise<void> {
    return this.customer.choose(agent, id, customerId);
  }
}
