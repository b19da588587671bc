import { Module } from '@nestjs/common';
import { InboxModule } from './inbox/inbox.module.js';
import { IngressModule } from './ingress/ingress.module.js';
import { WebhookVerifyService } from './verify/webhook-verify.service.js';

/** The webhooks of the PBX: the ingress verifies requests, the inbox stores and applies them, `verify` explains them. */
@Module({
  imports: [IngressModule, InboxModule],
  providers: [WebhookVerifyService],
  exports: [IngressModule, InboxModule, WebhookVerifyService],
})
export class WebhooksModule {}
