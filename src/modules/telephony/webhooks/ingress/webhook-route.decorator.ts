import { applyDecorators, HttpCode, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiConsumes, ApiOkResponse } from '@nestjs/swagger';
import { ApiErrors } from '../../../../common/errors/api-errors.decorator.js';
import { Access } from '../../../auth/access.decorator.js';
import type { WebhookRoute as Route } from '../../bracknet/bracknet-event.js';
import { WebhookAnswer } from '../webhook-answer.dto.js';
import type { Delivery } from '../inbox/webhook-delivery.js';
import type { SignatureVerdict } from './webhook-signature.js';

/** Key of the Fastify route configuration that marks a webhook route. */
export const WEBHOOK_ROUTE = 'webhookRoute';

/** Handles a verified webhook with its raw body. @param verdict on its signature; null: signatures are off */
export type WebhookHandler = (delivery: Delivery, verdict: SignatureVerdict | null) => Promise<object>;

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
  return protectedRoute(route, path, [
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
  ]);
}

/** Declares a POST route that is protected as those for webhooks are, and stores nothing. */
export function WebhookVerifyRoute(path: string): MethodDecorator {
  return protectedRoute('one-shot', path, [
    ApiErrors(
      'WEBHOOK_REFUSED',
      'METHOD_NOT_ALLOWED',
      'PAYLOAD_TOO_LARGE',
      'UNSUPPORTED_MEDIA_TYPE',
      'TOO_MANY_REQUESTS',
      'SHUTTING_DOWN',
    ),
  ]);
}

function protectedRoute(route: Route, path: string, documented: MethodDecorator[]): MethodDecorator {
  return (target, method, descriptor) => {
    const controller = target.constructor as WebhookRouteConfig['controller'];
    const config: WebhookRouteConfig = { route, controller, method: String(method) };
    applyDecorators(
      Post(path),
      HttpCode(200),
      Access('webhook'),
      RouteConfig({ [WEBHOOK_ROUTE]: config }),
      ApiConsumes('application/json', 'application/x-www-form-urlencoded'),
      ...documented,
    )(target, method, descriptor);
  };
}
