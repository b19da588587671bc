import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  NotFoundException,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { metricsConfig } from '../../config/namespaces/metrics.config.js';
import { DomainError } from '../../common/errors/domain-error.js';
import { HTTP_STATUS_OF } from '../../common/errors/error-code.js';
import { AuditService } from '../audit/audit.service.js';
import { AccessTokenVerifier } from './access-token.verifier.js';
import { ACCESS_RULE, type AccessRule } from './access.decorator.js';
import { type AgentIdentity, seesAllCalls } from './agent-identity.js';
import { bearerTokenOf, checkBearer } from './bearer-token.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on routes that need a user's token, before the handler runs. */
    agent?: AgentIdentity;
  }
}

/** Enforces `@Access` on every request. A route without a rule is forbidden, and so is a message over a socket. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly accessTokens: AccessTokenVerifier,
    private readonly audit: AuditService,
    @Inject(metricsConfig.KEY) private readonly config: ConfigType<typeof metricsConfig>,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // The rules are of HTTP routes, and a message over a socket has no header with a token.
    if (context.getType() !== 'http') throw new DomainError('FORBIDDEN', 'Messages are taken from nobody');
    const rule = this.reflector.getAllAndOverride<AccessRule | undefined>(ACCESS_RULE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (rule === 'public' || rule === 'webhook' || rule === 'ticket') {
      return true;
    }
    if (rule === 'metrics') {
      await this.authenticated(context, ({ headers }) => this.checkMetricsToken(headers.authorization));
      return true;
    }
    if (rule !== 'staff' && rule !== 'supervisor' && rule !== 'overview') {
      throw new DomainError('FORBIDDEN', 'This route is open to nobody');
    }
    const agent = await this.authenticated(context, (request) => this.identify(request));
    if (rule === 'supervisor' && agent.role !== 'supervisor') {
      await this.refuse(context, agent, 'This is for supervisors only');
    }
    if (rule === 'overview' && !seesAllCalls(agent)) {
      await this.refuse(context, agent, 'This is for supervisors, and for users who may see all calls');
    }
    return true;
  }

  /** @throws DomainError FORBIDDEN, after the attempt is recorded */
  private async refuse(context: ExecutionContext, agent: AgentIdentity, why: string): Promise<never> {
    const { method, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
    const subject = `${method} ${routeOptions.url ?? ''}`;
    return this.audit.recordingRefusals({ agent, action: 'route.call', subject }, () =>
      Promise.reject(new DomainError('FORBIDDEN', why)),
    );
  }

  /** Runs `check` and adds the WWW-Authenticate header when the answer is 401. */
  private async authenticated<T>(
    context: ExecutionContext,
    check: (request: FastifyRequest) => T | Promise<T>,
  ): Promise<T> {
    const http = context.switchToHttp();
    try {
      return await check(http.getRequest<FastifyRequest>());
    } catch (error) {
      if (error instanceof DomainError && HTTP_STATUS_OF[error.code] === 401) {
        http.getResponse<FastifyReply>().header('WWW-Authenticate', 'Bearer');
      }
      throw error;
    }
  }

  private async identify(request: FastifyRequest): Promise<AgentIdentity> {
    const agent = await this.accessTokens.verify(bearerTokenOf(request.headers.authorization));
    request.agent = agent;
    return agent;
  }

  /** @throws NotFoundException when METRICS_TOKEN is not set, or METRICS_PORT is: then metrics are not served on this port */
  private checkMetricsToken(authorization: string | undefined): void {
    const { token, port } = this.config;
    if (token === null || port !== null) throw new NotFoundException();
    checkBearer(authorization, token);
  }
}
