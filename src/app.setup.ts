import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import {
  respondBrokenRequest,
  respondShuttingDown,
  respondUnexpected,
  respondUnreadableUrl,
} from './common/errors/framework-errors.js';
import { serveClientFiles } from './common/browser/client-files.js';
import { allowBrowserOrigins } from './common/browser/browser-origins.js';
import { serveConsole } from './common/browser/console-pages.js';
import { refuseWrongMethods } from './common/http/allowed-methods.js';
import { ANSWER_HEADERS } from './common/browser/answer-headers.js';
import { ConnectionLimits } from './common/http/connection-limits.js';
import { refusedConnectionLog } from './common/logging/refused-connections.js';
import { setUpResponseHeaders } from './common/browser/response-headers.js';
import { DomainError } from './common/errors/domain-error.js';
import { isDeeperThan, MAX_JSON_DEPTH } from './common/json-depth.js';
import type { ErrorCode } from './common/errors/error-code.js';
import { BODY_LIMIT } from './common/limits.js';
import { createLogger, NestLogger } from './common/logging/logger.js';
import { logRequest } from './common/logging/request-line.js';
import { runInRequestContext } from './common/http/request-context.js';
import { requestIdOf } from './common/http/request-id.js';
import { serveWithoutUpgrade } from './common/http/serve-without-upgrade.js';
import { SourceAddress } from './common/http/source-address.js';
import type { Configuration } from './config/configuration.js';
import { API_DOCS_PATH, setUpApiDocs } from './api-docs.js';
import { SocketAdmission } from './modules/realtime/gateway/socket-admission.js';
import { asksForSocket, SocketIoAdapter } from './modules/realtime/gateway/socket-io.adapter.js';
import { UNJOINED_BOUNDS } from './modules/realtime/gateway/socket-limits.js';
import { MOST_WAITING } from './modules/realtime/gateway/socket-turns.js';
import { WEBHOOK_ROUTE } from './modules/telephony/webhooks/ingress/webhook-route.decorator.js';
import { WebhookIngress } from './modules/telephony/webhooks/ingress/webhook-ingress.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Code of the error that it was answered with, for its line in the log. */
    errorCode: ErrorCode | null;
    /** See {@link SourceAddress}. Kept, because the connection may be closed when the request is logged. */
    sourceAddress: string;
  }
}

/** A request that has not arrived completely within this time is answered 408. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Interval of Node's check for late requests; its default is 30 s. */
const REQUEST_CHECK_MS = 1_000;

const CONNECTION_BOUNDS = {
  /** Bounds memory: each connection may hold a request body that is not verified yet. */
  most: 1_000,
  idleMs: 10_000,
  /** Longer than the idle time of common proxies, so that a proxy never sends on a connection that is being closed. */
  proxyIdleMs: 72_000,
};

const TOO_DEEP = `The body must not be nested deeper than ${MAX_JSON_DEPTH} levels`;

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
  const { trustedProxies, connectionsPerAddress } = configuration.http;
  const logger = options.logger ?? createLogger(configuration.app);
  const sourceAddress = new SourceAddress(trustedProxies);
  const connections = new ConnectionLimits(
    { ...CONNECTION_BOUNDS, perAddress: connectionsPerAddress },
    sourceAddress,
    refusedConnectionLog(logger, connectionsPerAddress),
  );
  let ingress: WebhookIngress | null = null;
  let server: Server | null = null;
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    forceCloseConnections: 'idle',
    // Fastify's own 503 has another error body; createWebhookServer answers instead.
    return503OnClosing: false,
    serverFactory: (handle: RequestListener) => {
      server = createWebhookServer(() => ingress, handle, connections);
      connections.watch(server, configuration.realtime.maxSockets + UNJOINED_BOUNDS.inAll + MOST_WAITING);
      return server;
    },
    frameworkErrors: respondUnreadableUrl,
    clientErrorHandler: respondBrokenRequest,
    genReqId: requestIdOf,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  setUpFastify(fastify, configuration, logger, sourceAddress);

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
    if (server !== null) app.useWebSocketAdapter(serveSockets(server, app.get(SocketAdmission), connections));
  }
  app.setGlobalPrefix('api', { exclude: ['health/live', 'health/ready', 'metrics'] });
  if (configuration.http.apiDocs) setUpApiDocs(app);
  return app;
}

function setUpFastify(
  fastify: FastifyInstance,
  { http }: Configuration,
  logger: Logger,
  sourceAddress: SourceAddress,
): void {
  fastify.removeContentTypeParser('text/plain');

  fastify.decorateRequest('sourceAddress', '');
  fastify.decorateRequest('errorCode', null);
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers({ 'X-Request-Id': request.id, ...ANSWER_HEADERS });
    request.sourceAddress = sourceAddress.of(request.raw);
    runInRequestContext({ requestId: request.id, address: request.sourceAddress }, done);
  });
  // A terminal shows its prompt on the line after the answer.
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    const isJson = typeof payload === 'string' && String(reply.getHeader('Content-Type')).includes('json');
    done(null, isJson ? `${payload}\n` : payload);
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    const isTooDeep = isDeeperThan(MAX_JSON_DEPTH, request.body);
    done(isTooDeep ? new DomainError('VALIDATION_FAILED', TOO_DEEP) : undefined);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    // The route pattern, not the URL: a URL may contain phone numbers.
    const route = request.routeOptions.url ?? '(none)';
    const { agent, errorCode, sourceAddress: address } = request;
    const status = reply.statusCode;
    const isProbe = route.startsWith('/health/') && status === 200;
    logRequest(
      logger,
      {
        requestId: request.id,
        address,
        ...(agent && { userId: agent.userId, role: agent.role }),
        method: request.method,
        route,
        status,
        ...(errorCode !== null && { code: errorCode }),
        durationMs: reply.elapsedTime,
      },
      isProbe ? 'debug' : 'info',
    );
    done();
  });
  setUpResponseHeaders(fastify, `/${API_DOCS_PATH}`, http.browserOrigins);
  allowBrowserOrigins(fastify, http.browserOrigins);
  refuseWrongMethods(fastify, (config) => config?.[WEBHOOK_ROUTE] !== undefined);
  serveClientFiles(fastify);
  serveConsole(fastify);
}

/**
 * Creates the HTTP server. The webhook ingress sees each request before Fastify.
 *
 * @param ingress null until the application is built, and in preview mode
 */
function createWebhookServer(
  ingress: () => WebhookIngress | null,
  handle: RequestListener,
  connections: ConnectionLimits,
): Server {
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: REQUEST_CHECK_MS,
    },
    (message, response) => {
      connections.used(message.socket, response);
      if (server.listening) ingress()?.handle(message, response, handle);
      else respondShuttingDown(message, response);
    },
  );
  server.on('checkExpectation', respondUnexpected);
  return server;
}

/** Gives socket.io the requests for its sockets that are admitted. All other requests are served as they are. */
function serveSockets(
  server: Server,
  admission: SocketAdmission,
  connections: ConnectionLimits,
): SocketIoAdapter {
  const adapter = new SocketIoAdapter();
  server.on('upgrade', (message: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!asksForSocket(message)) {
      serveWithoutUpgrade(server, message, socket, head);
    } else {
      connections.upgraded(socket);
      admission.admit(message, socket, () => adapter.handleUpgrade(message, socket, head));
    }
  });
  return adapter;
}
