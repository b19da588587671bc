import { Module } from '@nestjs/common';
import { InboxModule } from './inbox/inbox.module.js';
import { IngressModule } from './ingress/ingress.module.js';

/** The webhooks of the PBX: the ingress verifies requests, the inbox stores and applies them. */
@Module({ imports: [IngressModule, InboxModule], exports: [IngressModule, InboxModule] })
export class WebhooksModule {}
