import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../common/errors/domain-error.js';
import { AccessTokenVerifier } from './access-token.verifier.js';
import { ACCESS_RULE, type AccessRule } from './access.decorator.js';
import type { AgentIdentity } from './agent-identity.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on routes for staff and supervisors, before the handler runs. */
    agent?: AgentIdentity;
  }
}

/** Enforces `@Access` on every request; without a rule the answer is no. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly accessTokens: AccessTokenVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = this.reflector.getAllAndOverride<AccessRule | undefined>(ACCESS_RULE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (rule === 'public' || rule === 'webhook') {
      return true;
    }
    if (rule !== 'staff' && rule !== 'supervisor') {
      throw new DomainError('FORBIDDEN', 'This route is open to nobody');
    }
    const agent = await this.identify(context);
    if (rule === 'supervisor' && agent.role !== 'supervisor') {
      throw new DomainError('FORBIDDEN', 'This is for supervisors only');
    }
    return true;
  }

  private async identify(context: ExecutionContext): Promise<AgentIdentity> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    try {
      const agent = await this.accessTokens.verify(bearerTokenOf(request));
      request.agent = agent;
      return agent;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'UNAUTHENTICATED') {
        http.getResponse<FastifyReply>().header('WWW-Authenticate', 'Bearer');
      }
      throw error;
    }
  }
}

function bearerTokenOf(request: FastifyRequest): string {
  const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (!token) {
    throw new DomainError('UNAUTHENTICATED', 'Send a token in the header "Authorization: Bearer <token>"');
  }
  return token;
}
