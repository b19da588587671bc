import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';

/**
 * Who may call a route.
 * - staff: any agent or supervisor, by bearer token
 * - supervisor: supervisors, by bearer token
 * - webhook: the PBX; protected by what guards webhooks, not by a token
 * - metrics: whoever has METRICS_TOKEN; nobody when it is not set, or METRICS_PORT is
 * - public: anyone
 */
export type AccessRule = 'staff' | 'supervisor' | 'webhook' | 'metrics' | 'public';

export const ACCESS_RULE = 'access-rule';

/** States who may call a handler, or all handlers of a controller. A route without a rule keeps the service from starting. */
export function Access(rule: AccessRule): ClassDecorator & MethodDecorator {
  const needsToken = rule === 'staff' || rule === 'supervisor';
  return applyDecorators(SetMetadata(ACCESS_RULE, rule), ...(needsToken ? [ApiBearerAuth()] : []));
}
