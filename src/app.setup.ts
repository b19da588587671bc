import { createServer, type RequestListener, type Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import {
  respondBrokenRequest,
  respondShuttingDown,
  respondUnreadableUrl,
} from './common/errors/framework-errors.js';
import { BODY_LIMIT } from './common/limits.js';
import { createLogger, NestLogger } from './common/logging/logger.js';
import { logRequest } from './common/logging/request-line.js';
import { runInRequestContext } from './common/http/request-context.js';
import { requestIdOf } from './common/http/request-id.js';
import type { Configuration } from './config/configuration.js';
import { setUpApiDocs } from './api-docs.js';
import { WebhookIngress } from './modules/telephony/webhooks/ingress/webhook-ingress.js';

/** A request that has not arrived by then is given up, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Node looks for such requests every 30 s unless told otherwise. */
const REQUEST_CHECK_MS = 1_000;

/** Each may hold a body that is not verified yet. */
const MOST_CONNECTIONS = 1_000;

/** A connection without requests is kept longer than proxies do, so that it is never closed under one, in milliseconds. */
const KEEP_ALIVE_MS = 72_000;

export interface AppOptions {
  readonly logger?: Logger;
  /** Everything is wired but nothing starts: enough to describe the API. */
  readonly preview?: boolean;
}

/** The application exactly as it is served, for the entry point and for every test; not listening yet. */
export async function createApp(
  configuration: Configuration,
  options: AppOptions = {},
): Promise<NestFastifyApplication> {
  const { trustedProxies } = configuration.http;
  const logger = options.logger ?? createLogger(configuration.app);
  let ingress: WebhookIngress | null = null;
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    forceCloseConnections: 'idle',
    // Fastify would answer in a shape of its own; the server below answers instead.
    return503OnClosing: false,
    serverFactory: (handle: RequestListener) => createWebhookServer(() => ingress, handle),
    frameworkErrors: respondUnreadableUrl,
    clientErrorHandler: respondBrokenRequest,
    genReqId: requestIdOf,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  setUpFastify(fastify, logger);

  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(configuration), adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
    preview: options.preview ?? false,
  });
  // A preview has no providers, and serves nobody.
  if (options.preview !== true) {
    const built = app.get(WebhookIngress);
    built.register(fastify, logger);
    ingress = built;
  }
  app.setGlobalPrefix('api', { exclude: ['health/live', 'health/ready', 'metrics'] });
  setUpApiDocs(app);
  return app;
}

function setUpFastify(fastify: FastifyInstance, logger: Logger): void {
  fastify.removeContentTypeParser('text/plain');

  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    runInRequestContext({ requestId: request.id }, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    logRequest(logger, {
      requestId: request.id,
      method: request.method,
      // The pattern, not the address: addresses may hold numbers.
      route: request.routeOptions.url ?? '(none)',
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
    });
    done();
  });
}

/** A server that gives each request to the webhook ingress first; there is none until the application is built. */
function createWebhookServer(ingress: () => WebhookIngress | null, handle: RequestListener): Server {
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: REQUEST_CHECK_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (message, response) => {
      if (server.listening) ingress()?.handle(message, response, handle);
      else respondShuttingDown(message, response);
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}
