import { applyDecorators, HttpCode, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiConsumes, ApiOkResponse } from '@nestjs/swagger';
import { ApiErrors } from '../../../../common/errors/api-errors.decorator.js';
import { Access } from '../../../auth/access.decorator.js';
import type { WebhookRoute as Route } from '../../bracknet/bracknet-event.js';
import { WebhookAnswer } from '../webhook-answer.dto.js';
import type { Delivery } from '../inbox/webhook-delivery.js';

/** Key of the Fastify route configuration that marks a webhook route. */
export const WEBHOOK_ROUTE = 'webhookRoute';

/** Handles a verified webhook with its raw body. */
export type WebhookHandler = (delivery: Delivery) => Promise<WebhookAnswer>;

export interface WebhookRouteConfig {
  readonly route: Route;
  readonly controller: abstract new (...args: never[]) => Readonly<Record<string, unknown>>;
  readonly method: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    [WEBHOOK_ROUTE]?: WebhookRouteConfig;
  }
}

/**
 * Declares a POST route for webhooks. `WebhookIngress` calls the method directly as a {@link WebhookHandler}: guards, pipes
 * and interceptors do not run.
 */
export function WebhookRoute(route: Route, path: string = route): MethodDecorator {
  return (target, method, descriptor) => {
    const controller = target.constructor as WebhookRouteConfig['controller'];
    const config: WebhookRouteConfig = { route, controller, method: String(method) };
    documented(path, config)(target, method, descriptor);
  };
}

function documented(path: string, config: WebhookRouteConfig): MethodDecorator {
  return applyDecorators(
    Post(path),
    HttpCode(200),
    Access('webhook'),
    RouteConfig({ [WEBHOOK_ROUTE]: config }),
    ApiConsumes('application/json', 'application/x-www-form-urlencoded'),
    ApiOkResponse({ type: WebhookAnswer }),
    ApiErrors(
      'WEBHOOK_INVALID',
      'WEBHOOK_EVENT_MISMATCH',
      'WEBHOOK_REFUSED',
      'METHOD_NOT_ALLOWED',
      'PAYLOAD_TOO_LARGE',
      'UNSUPPORTED_MEDIA_TYPE',
      'WEBHOOK_ID_REUSED',
      'TOO_MANY_REQUESTS',
      'WEBHOOK_QUEUE_FULL',
      'DATABASE_UNAVAILABLE',
      'SHUTTING_DOWN',
    ),
  );
}
