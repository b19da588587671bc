import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import { answerBrokenRequest, answerUnreadableAddress } from './common/errors/framework-errors.js';
import { createLogger, NestLogger } from './common/logging/logger.js';
import { RAW_BODY } from './common/raw-body.js';
import { runInRequestContext } from './common/request-context.js';
import type { AppConfig } from './config/app-config.js';
import { setUpApiDocs } from './api-docs.js';

/** Largest body of the CRM's own calls, and of a webhook, in bytes. */
const BODY_LIMIT = 16 * 1024;
const WEBHOOK_BODY_LIMIT = 64 * 1024;

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
  setUpFastify(adapter.getInstance<FastifyInstance>(), logger);

  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(config), adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
    preview: options.preview ?? false,
  });
  app.setGlobalPrefix('api', { exclude: ['health/live', 'health/ready', 'metrics'] });
  setUpApiDocs(app);
  return app;
}

function setUpFastify(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onRoute', (route) => {
    if (route.config?.[RAW_BODY] === true) route.bodyLimit = WEBHOOK_BODY_LIMIT;
  });

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
  fastify.addHook('onResponse', (request, reply, done) => {
    logger.info(
      {
        requestId: request.id,
        method: request.method,
        // The pattern, not the address: addresses may hold numbers.
        route: request.routeOptions.url ?? '(none)',
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
    done();
  });
}
