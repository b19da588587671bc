import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AgentIdentity } from './agent-identity.js';

/** The authenticated agent. Only on routes that need a user's token; throws on others. */
export const CurrentAgent = createParamDecorator(
  (_data: unknown, context: ExecutionContext): AgentIdentity => {
    const agent = context.getType() === 'http' && context.switchToHttp().getRequest<FastifyRequest>().agent;
    if (!agent) {
      throw new Error(
        `${context.getClass().name}.${context.getHandler().name} asks for the agent on a route that needs no token`,
      );
    }
    return agent;
  },
);
