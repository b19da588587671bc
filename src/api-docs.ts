import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ErrorBody } from './common/errors/error-body.js';

/** Path of the Swagger page; the OpenAPI document is served at the same path plus `-json` and `-yaml`. */
export const API_DOCS_PATH = 'api/docs';

export function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('TrustCart Telephony')
    .setDescription(
      'Joins the Bracknet IP PBX to the TrustCart CRM: click to call, the PBX’s events, the call log and the tasks of missed customers.',
    )
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addGlobalResponse({
      status: '4XX',
      description: 'The request has to change: see `code`',
      type: ErrorBody,
    })
    .addGlobalResponse({ status: '5XX', description: 'Not the caller’s fault: see `code`', type: ErrorBody })
    .build();
  return SwaggerModule.createDocument(app, description);
}

export function setUpApiDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup(API_DOCS_PATH, app, () => describeApi(app));
}
