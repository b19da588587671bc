import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { WebhookRoute } from '../bracknet/bracknet-event.js';
import type { Delivery } from './webhook-delivery.js';

/** Route configuration: which webhook is posted there. */
export const WEBHOOK_ROUTE = 'webhookRoute';

/** What came through the door, wherever it was posted. */
export type Arrival = Omit<Delivery, 'route'>;

declare module 'fastify' {
  interface FastifyContextConfig {
    [WEBHOOK_ROUTE]?: WebhookRoute;
  }
}

declare module 'node:http' {
  interface IncomingMessage {
    /** Set by the door, on what came through it. */
    arrival?: Arrival;
  }
}

/** The webhook that came through the door: its bytes, who sent it, and what its signature proves. */
export const Delivered = createParamDecorator((_data: unknown, context: ExecutionContext): Delivery => {
  const { raw, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
  const route = routeOptions.config[WEBHOOK_ROUTE];
  if (raw.arrival === undefined || route === undefined) throw new Error('A webhook came past the door');
  return { route, ...raw.arrival };
});
