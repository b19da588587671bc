import { applyDecorators, HttpCode, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiOkResponse } from '@nestjs/swagger';
import { ApiErrors } from '../../../common/errors/api-errors.decorator.js';
import { RAW_BODY } from '../../../common/raw-body.js';
import { Access } from '../../auth/access.decorator.js';
import { WebhookAnswer } from '../dto/webhook.dto.js';

/** A POST route for the PBX: its handler is given the bytes of the body, unparsed. */
export function WebhookRoute(path: string): MethodDecorator {
  return applyDecorators(
    Post(path),
    HttpCode(200),
    Access('webhook'),
    RouteConfig({ [RAW_BODY]: true }),
    ApiOkResponse({ type: WebhookAnswer }),
    ApiErrors(
      'WEBHOOK_INVALID',
      'WEBHOOK_EVENT_MISMATCH',
      'PAYLOAD_TOO_LARGE',
      'UNSUPPORTED_MEDIA_TYPE',
      'DATABASE_UNAVAILABLE',
    ),
  );
}
