import { applyDecorators, HttpCode, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiOkResponse } from '@nestjs/swagger';
import { ApiErrors } from '../../../common/errors/api-errors.decorator.js';
import { Access } from '../../auth/access.decorator.js';
import type { WebhookRoute as Route } from '../bracknet/bracknet-event.js';
import { WebhookAnswer } from '../dto/webhook.dto.js';
import { WEBHOOK_ROUTE } from './delivered.decorator.js';

/** A POST route for the PBX, behind the door: its handler takes what was `@Delivered`, unparsed. */
export function WebhookRoute(route: Route, path: string = route): MethodDecorator {
  return applyDecorators(
    Post(path),
    HttpCode(200),
    Access('webhook'),
    RouteConfig({ [WEBHOOK_ROUTE]: route }),
    ApiOkResponse({ type: WebhookAnswer }),
    ApiErrors(
      'WEBHOOK_INVALID',
      'WEBHOOK_EVENT_MISMATCH',
      'WEBHOOK_REFUSED',
      'METHOD_NOT_ALLOWED',
      'PAYLOAD_TOO_LARGE',
      'UNSUPPORTED_MEDIA_TYPE',
      'TOO_MANY_REQUESTS',
      'DATABASE_UNAVAILABLE',
    ),
  );
}
