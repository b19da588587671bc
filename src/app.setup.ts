import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import { answerBrokenRequest, answerUnreadableAddress } from './common/errors/framework-errors.js';
import { BODY_LIMIT } from './common/limits.js';
import { createLogger, NestLogger } from './common/logging/logger.js';
import { logRequests } from './common/logging/request-line.js';
import { RAW_BODY } from './common/raw-body.js';
import { runInRequestContext } from './common/request-context.js';
import type { AppConfig } from './config/app-config.js';
import { setUpApiDocs } from './api-docs.js';
import { WebhookDoor } from './modules/telephony/webhooks/webhook-door.js';

/** A request that has not arrived by then is given up, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

/** A caller's own request id is kept if it is one, and no telephone number: it stands in the log. */
const REQUEST_ID = /^(?!.*\d{7})[\w.-]{1,64}$/u;

export interface AppOptions {
  readonly logger?: Logger;
  /** Everything is wired but nothing starts: enough to describe the API. */
  readonly preview?: boolean;
}

/** The application exactly as it is served, for the entry point and for every test; not listening yet. */
export async function createApp(
  config: AppConfig,
  options: AppOptions = {},
): Promise<NestFastifyApplication> {
  const logger = options.logger ?? createLogger(config);
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: config.http.trustedProxies.length > 0 && [...config.http.trustedProxies],
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Node looks for such requests every 30 s unless told otherwise, and takes the longer of the two times.
    http: { connectionsCheckingInterval: 1_000, headersTimeout: REQUEST_TIMEOUT_MS },
    forceCloseConnections: 'idle',
    frameworkErrors: answerUnreadableAddress,
    clientErrorHandler: answerBrokenRequest,
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  setUpFastify(fastify, logger);

  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(config), adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
    preview: options.preview ?? false,
  });
  // A preview has no providers, and serves nobody.
  if (options.preview !== true) app.get(WebhookDoor).guard(fastify);
  app.setGlobalPrefix('api', { exclude: ['health/live', 'health/ready'] });
  setUpApiDocs(app);
  return app;
}

function setUpFastify(fastify: FastifyInstance, logger: Logger): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser(['application/json', 'text/plain']);
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (request.routeOptions.config[RAW_BODY] === true) done(null, body);
    else void parseJson(request, body.toString(), done);
  });

  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    runInRequestContext({ requestId: request.id }, done);
  });
  logRequests(fastify, logger);
}
