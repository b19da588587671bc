import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Registry } from 'prom-client';
import { metricsConfig } from '../../config/namespaces/metrics.config.js';
import { DomainError } from '../../common/errors/domain-error.js';
import { errorBodyOf } from '../../common/errors/framework-errors.js';
import { ANSWER_HEADERS } from '../../common/browser/answer-headers.js';
import { checkBearer } from '../auth/bearer-token.js';

/** A request that has not arrived completely within this time is closed. */
const REQUEST_TIMEOUT_MS = 5_000;

/** Serves only the metrics, on METRICS_PORT if it is set. */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(MetricsServer.name);
  private server: Server | null = null;

  constructor(
    @Inject(metricsConfig.KEY) private readonly config: ConfigType<typeof metricsConfig>,
    private readonly registry: Registry,
  ) {}

  /** Such as `http://127.0.0.1:9464/metrics`; null without METRICS_PORT. */
  get url(): string | null {
    const address = this.server?.address() ?? null;
    if (address === null || typeof address === 'string') return null;
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `http://${host}:${address.port}/metrics`;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { port, host } = this.config;
    if (port === null) return;
    const settings = {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
    };
    const server = createServer(settings, (request, response) => void this.answer(request, response));
    server.listen(port, host);
    await once(server, 'listening');
    this.server = server;
  }

  /** Closes in the last phase of the shutdown, so that the shutdown can be observed by metrics. */
  async onApplicationShutdown(): Promise<void> {
    if (this.server === null) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
    this.server = null;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { token } = this.config;
      if (request.method !== 'GET' || request.url?.split('?', 1)[0] !== '/metrics') {
        throw new DomainError('ROUTE_NOT_FOUND', 'Only GET /metrics is served here');
      }
      if (token !== null) checkBearer(request.headers.authorization, token);
      const exposition = await this.registry.metrics();
      response
        .writeHead(200, { 'Content-Type': this.registry.contentType, ...ANSWER_HEADERS })
        .end(exposition);
    } catch (error) {
      this.refuse(error, response);
    }
  }

  private refuse(error: unknown, response: ServerResponse): void {
    const isOurs = error instanceof DomainError;
    if (!isOurs) this.logger.error('Unexpected error', error);
    const body = isOurs
      ? errorBodyOf(error.code, error.message, randomUUID())
      : errorBodyOf('INTERNAL', 'Internal server error', randomUUID());
    if (body.code === 'UNAUTHENTICATED') response.setHeader('WWW-Authenticate', 'Bearer');
    response
      .writeHead(body.statusCode, { 'Content-Type': 'application/json', ...ANSWER_HEADERS })
      .end(JSON.stringify(body));
  }
}
