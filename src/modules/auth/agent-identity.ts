import { extensionForm, extensionProblem, type ExtensionRule } from '../../common/extension.js';
import { LARGEST_ID } from '../../common/limits.js';
import { DomainError } from '../../common/errors/domain-error.js';

/** The authenticated user, as read from the token. */
export interface AgentIdentity {
  /** The CRM's user id. */
  userId: number;
  role: 'agent' | 'supervisor';
  /** The role as the token names it; null when it names none. */
  roleSlug: string | null;
  /** As `TELEPHONY_EXTENSION_PATTERN` requires; null when the token is not bound to an extension. */
  extension: string | null;
  email?: string | null;
  /** An agent who may read all calls, as a supervisor does; he controls no more of them than other agents. */
  seesAllCalls?: boolean;
}

/** Whether the user may read all calls, and the reports on them. */
export function seesAllCalls(user: AgentIdentity): boolean {
  return user.role === 'supervisor' || user.seesAllCalls === true;
}

/** Which tokens are of staff, and what their extension may be: see `authConfig`. */
export interface TokenRules {
  readonly supervisorRoles: readonly string[];
  readonly staffRoles: readonly string[];
  /** Whoever has one of them sees all calls. */
  readonly seeAllRoles: readonly string[];
  readonly extensions: ExtensionRule;
}

/** Permissions of the CRM, in the claim `permissions`, with which its own pages show all calls. */
const SEE_ALL_PERMISSIONS = ['view-call-logs', 'view-crm-reports'];

const CUSTOMER_ROLES = ['customer-account', 'customer'];

export function isUserId(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= LARGEST_ID;
}

export function isCustomerRole(role: string | null): boolean {
  return role !== null && CUSTOMER_ROLES.includes(role.trim().toLowerCase());
}

/**
 * Reads the claims of a token whose signature and times are already verified. Supports the CRM's claims (`id`,
 * `roleSlug`, `type`) and the generic ones (`sub`, `role`, `extension`); the CRM's take precedence. Staff is who has
 * `type: 'user'`, whatever the role, as the CRM issues it; without a type, who has a role of `staffRoles`.
 *
 * @throws DomainError CUSTOMER_TOKEN_REFUSED for a shop customer, because the shop signs with the same secret
 * @throws DomainError FORBIDDEN when no claim identifies a member of staff, or a role is no text
 * @throws DomainError UNAUTHENTICATED when the user id or the extension is invalid
 */
export function identityFromClaims(
  claims: Readonly<Record<string, unknown>>,
  { supervisorRoles, staffRoles, seeAllRoles, extensions }: TokenRules,
): AgentIdentity {
  const type = claims.type ?? null;
  const roleSlug = roleOf(claims, 'roleSlug');
  const role = roleOf(claims, 'role');

  if (type === 'customer' || isCustomerRole(roleSlug) || isCustomerRole(role)) {
    throw new DomainError('CUSTOMER_TOKEN_REFUSED', 'Shop customers have no access to telephony');
  }
  const effectiveRole = roleSlug ?? role;
  const isStaff =
    type === 'user' || (type === null && effectiveRole !== null && staffRoles.includes(effectiveRole));
  if (!isStaff) {
    throw new DomainError('FORBIDDEN', 'This token does not belong to a member of staff');
  }
  return {
    userId: userIdOf(claims),
    role: effectiveRole !== null && isSupervisor(effectiveRole, supervisorRoles) ? 'supervisor' : 'agent',
    roleSlug: effectiveRole,
    extension: extensionOf(claims, extensions),
    email: textOf(claims.email),
    ...(maySeeAll(claims, effectiveRole, seeAllRoles) && { seesAllCalls: true }),
  };
}

function isSupervisor(role: string, supervisorRoles: readonly string[]): boolean {
  return role === 'supervisor' || supervisorRoles.includes(role);
}

function maySeeAll(
  { permissions }: Readonly<Record<string, unknown>>,
  role: string | null,
  seeAllRoles: readonly string[],
): boolean {
  const hasRole = role !== null && seeAllRoles.includes(role);
  return (
    hasRole || (Array.isArray(permissions) && SEE_ALL_PERMISSIONS.some((name) => permissions.includes(name)))
  );
}

/** `sub` is a string by RFC 7519, the CRM's `id` a number. `sub` is used only when there is no `id`, not when it is invalid. */
function userIdOf(claims: Readonly<Record<string, unknown>>): number {
  const id =
    claims.id ??
    (typeof claims.sub === 'string' && /^[1-9]\d*$/.test(claims.sub) ? Number(claims.sub) : undefined);
  if (!isUserId(id)) {
    throw new DomainError(
      'UNAUTHENTICATED',
      'The token names no user: "id" or "sub" must be a positive whole number',
    );
  }
  return id;
}

/** Rejects an invalid extension: ignoring it would remove the restriction to one extension. */
function extensionOf(claims: Readonly<Record<string, unknown>>, rule: ExtensionRule): string | null {
  const extension = claims.extension ?? null;
  if (extension === null) {
    return null;
  }
  if (typeof extension !== 'string' || extensionProblem(extension, rule) !== null) {
    throw new DomainError(
      'UNAUTHENTICATED',
      `The "extension" of the token must be ${extensionForm(rule)}, as text, and no emergency number or short code`,
    );
  }
  return extension;
}

/** Rejects a role that is no text: ignoring it would let another claim decide. */
function roleOf(claims: Readonly<Record<string, unknown>>, name: 'roleSlug' | 'role'): string | null {
  const role = claims[name] ?? null;
  if (role !== null && typeof role !== 'string') {
    throw new DomainError('FORBIDDEN', `The "${name}" of the token must be a string or null`);
  }
  return textOf(role);
}

function textOf(claim: unknown): string | null {
  return typeof claim === 'string' && claim !== '' ? claim : null;
}
