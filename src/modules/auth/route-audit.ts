import { Injectable, RequestMethod, type OnModuleInit } from '@nestjs/common';
import { GUARDS_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { GATEWAY_METADATA, MESSAGE_MAPPING_METADATA } from '@nestjs/websockets/constants.js';
import { ACCESS_RULE, type AccessRule } from './access.decorator.js';

interface AuditedRoute {
  /** `POST /call/start`, as the controller declares it: without the global prefix. */
  route: string;
  /** `CallController.start` */
  handler: string;
  rule: AccessRule | undefined;
  /** Whether the route or its controller has guards of its own. */
  isGuarded: boolean;
}

/**
 * Prevents the start of the service when a route has no `@Access` rule, when one for tickets has no guard that verifies
 * them, or when a gateway takes a message: nothing checks who may send it.
 */
@Injectable()
export class RouteAudit implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const handlers = this.routes().flatMap(({ rule, handler }) => (rule ? [] : [handler]));
    if (handlers.length > 0) {
      throw new Error(`Routes without an @Access rule: ${[...new Set(handlers)].join(', ')}`);
    }
    const unguarded = this.routes().filter(({ rule, isGuarded }) => rule === 'ticket' && !isGuarded);
    if (unguarded.length > 0) {
      const names = unguarded.map(({ handler }) => handler);
      throw new Error(`Routes for tickets without a guard that verifies them: ${names.join(', ')}`);
    }
    const messages = this.messageHandlers();
    if (messages.length > 0) {
      throw new Error(`Clients send no messages over sockets, but these take some: ${messages.join(', ')}`);
    }
  }

  /** One line per route, sorted: `POST /call/start -> staff`. */
  list(): string[] {
    return this.routes()
      .map(({ route, rule }) => `${route} -> ${rule ?? 'nobody'}`)
      .sort();
  }

  private messageHandlers(): string[] {
    return this.discovery.getProviders().flatMap(({ metatype }) => {
      if (typeof metatype !== 'function' || !Reflect.hasMetadata(GATEWAY_METADATA, metatype)) return [];
      const methods: Record<string, () => unknown> = metatype.prototype;
      return this.scanner
        .getAllMethodNames(methods)
        .filter((name) => Reflect.hasMetadata(MESSAGE_MAPPING_METADATA, methods[name] ?? {}))
        .map((name) => `${metatype.name}.${name}`);
    });
  }

  private routes(): AuditedRoute[] {
    return this.discovery
      .getControllers()
      .flatMap(({ metatype }) => (typeof metatype === 'function' ? this.routesOf(metatype) : []));
  }

  private routesOf(controller: Function): AuditedRoute[] {
    const handlers: Record<string, () => unknown> = controller.prototype;
    return this.scanner.getAllMethodNames(controller.prototype).flatMap((name) => {
      const handler = handlers[name];
      return handler && Reflect.hasMetadata(PATH_METADATA, handler)
        ? pathsOf(controller, handler).map((path) => ({
            route: `${RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler)]} ${path}`,
            handler: `${controller.name}.${name}`,
            rule: this.reflector.getAllAndOverride<AccessRule | undefined>(ACCESS_RULE, [
              handler,
              controller,
            ]),
            isGuarded: [handler, controller].some((target) => Reflect.hasMetadata(GUARDS_METADATA, target)),
          }))
        : [];
    });
  }
}

function pathsOf(controller: object, handler: object): string[] {
  const prefixes = declaredPaths(controller);
  return declaredPaths(handler).flatMap((path) => prefixes.map((prefix) => joined(prefix, path)));
}

function declaredPaths(target: object): string[] {
  const declared: string | string[] = Reflect.getMetadata(PATH_METADATA, target);
  return Array.isArray(declared) ? declared : [declared];
}

function joined(...parts: string[]): string {
  return `/${parts
    .flatMap((part) => part.split('/'))
    .filter(Boolean)
    .join('/')}`;
}
