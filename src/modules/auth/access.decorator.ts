import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';

/**
 * Who may call a route.
 * - staff: any agent or supervisor, by bearer token
 * - supervisor: supervisors, by bearer token
 * - overview: supervisors, and whoever may see all calls, by bearer token
 * - webhook: the PBX; the webhook ingress verifies signature and source address, there is no token
 * - ticket: who has a ticket for what the address names; a guard of the route verifies it, there is no token
 * - metrics: clients with METRICS_TOKEN; not served when it is not set, or when METRICS_PORT is set
 * - public: anyone
 */
export type AccessRule = 'staff' | 'supervisor' | 'overview' | 'webhook' | 'ticket' | 'metrics' | 'public';

export const ACCESS_RULE = 'access-rule';

/** Sets the access rule of a handler or of all handlers of a controller. A route without a rule prevents the start. */
export function Access(rule: AccessRule): ClassDecorator & MethodDecorator {
  const needsToken = rule === 'staff' || rule === 'supervisor' || rule === 'overview';
  return applyDecorators(SetMetadata(ACCESS_RULE, rule), ...(needsToken ? [ApiBearerAuth()] : []));
}
