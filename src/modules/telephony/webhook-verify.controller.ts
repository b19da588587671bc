import { Controller } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CallEndedEvent } from './dto/webhook.dto.js';
import type { Delivery } from './webhooks/inbox/webhook-delivery.js';
import { WebhookVerifyRoute } from './webhooks/ingress/webhook-route.decorator.js';
import type { SignatureVerdict } from './webhooks/ingress/webhook-signature.js';
import { WebhookVerifyAnswer } from './webhooks/verify/webhook-verify.dto.js';
import { WebhookVerifyService } from './webhooks/verify/webhook-verify.service.js';

@ApiTags('PBX webhooks')
@Controller('webhook/bracknet')
export class WebhookVerifyController {
  constructor(private readonly service: WebhookVerifyService) {}

  @WebhookVerifyRoute('verify')
  @ApiOperation({ summary: 'Says what is understood of any event and its signature, without any effect' })
  @ApiBody({ type: CallEndedEvent })
  @ApiOkResponse({ type: WebhookVerifyAnswer })
  verify(delivery: Delivery, verdict: SignatureVerdict | null): Promise<WebhookVerifyAnswer> {
    return Promise.resolve(this.service.verify(delivery, verdict));
  }
}
