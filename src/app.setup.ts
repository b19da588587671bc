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
import { SourceAddress } from './common/http/source-address.js';
import type { Configuration } from './config/configuration.js';
import { setUpApiDocs } from './api-docs.js';
import { WebhookIngress } from './modules/telephony/webhooks/ingress/webhook-ingress.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** See {@link SourceAddress}. Kept, because the connection may be closed when the request is logged. */
    sourceAddress: string;
  }
}

/** A request that has not arrived completely within this time is answered 408. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Interval of Node's check for late requests; its default is 30 s. */
const REQUEST_CHECK_MS = 1_000;

/** Bounds memory: each connection may hold a request body that is not verified yet. */
const MAX_CONNECTIONS = 1_000;

/** Longer than the idle timeout of common proxies, so that a proxy never sends on a connection that is being closed. */
const KEEP_ALIVE_MS = 72_000;

export interface AppOptions {
  readonly logger?: Logger;
  /** Registers modules and routes without creating providers: enough to generate the OpenAPI document. */
  readonly preview?: boolean;
}

/** Creates the application for the entry point and for all tests. It does not listen yet. */
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
    // Fastify's own 503 has another error body; createWebhookServer answers instead.
    return503OnClosing: false,
    serverFactory: (handle: RequestListener) => createWebhookServer(() => ingress, handle),
    frameworkErrors: respondUnreadableUrl,
    clientErrorHandler: respondBrokenRequest,
    genReqId: requestIdOf,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  setUpFastify(fastify, logger, new SourceAddress(trustedProxies));

  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(configuration), adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
    preview: options.preview ?? false,
  });
  // In preview mode Nest creates no providers.
  if (options.preview !== true) {
    const registered = app.get(WebhookIngress);
    registered.register(fastify, logger);
    ingress = registered;
  }
  app.setGlobalPrefix('api', { exclude: ['health/live', 'health/ready', 'metrics'] });
  setUpApiDocs(app);
  return app;
}

function setUpFastify(fastify: FastifyInstance, logger: Logger, sourceAddress: SourceAddress): void {
  fastify.removeContentTypeParser('text/plain');

  fastify.decorateRequest('sourceAddress', '');
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    request.sourceAddress = sourceAddress.of(request.raw);
    runInRequestContext({ requestId: request.id, address: request.sourceAddress }, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { agent, sourceAddress: address } = request;
    logRequest(logger, {
      requestId: request.id,
      address,
      ...(agent && { userId: agent.userId, role: agent.role }),
      method: request.method,
      // The route pattern, not the URL: a URL may contain phone numbers.
      route: request.routeOptions.url ?? '(none)',
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
    });
    done();
  });
}

/**
 * Creates the HTTP server. The webhook ingress sees each request before Fastify.
 *
 * @param ingress null until the application is built, and in preview mode
 */
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
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}
