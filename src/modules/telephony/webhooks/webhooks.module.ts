import { Module } from '@nestjs/common';
import { InboxModule } from './inbox/inbox.module.js';
import { IngressModule } from './ingress/ingress.module.js';

/** The PBX's webhooks, from the first byte to the receipt. */
@Module({ imports: [IngressModule, InboxModule], exports: [IngressModule, InboxModule] })
export class WebhooksModule {}
