import { Controller, Get, Global, Module, Post, type Type } from '@nestjs/common';
import { APP_FILTER, Reflector } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { GATEWAY_METADATA } from '@nestjs/websockets/constants.js';
import request from 'supertest';
import { ErrorFilter } from '../../src/common/errors/error.filter.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { loadConfiguration } from '../../src/config/configuration.js';
import { AuditService } from '../../src/modules/audit/audit.service.js';
import { Access } from '../../src/modules/auth/access.decorator.js';
import { AccessGuard } from '../../src/modules/auth/access.guard.js';
import type { AgentIdentity } from '../../src/modules/auth/agent-identity.js';
import { AuthModule } from '../../src/modules/auth/auth.module.js';
import { CurrentAgent } from '../../src/modules/auth/current-agent.decorator.js';
import { RevokedUsers } from '../../src/modules/auth/revoked-users.js';
import { RouteAudit } from '../../src/modules/auth/route-audit.js';
import {
  crmToken,
  CUSTOMER,
  JWT_SECRET,
  NOBODY_REVOKED,
  secondsFromNow,
  STAFF,
  verifierWith,
} from '../support/tokens.js';

@Controller('rules')
class RulesController {
  @Get('staff')
  @Access('staff')
  staff(@CurrentAgent() agent: AgentIdentity): AgentIdentity {
    return agent;
  }

  @Get('supervisor')
  @Access('supervisor')
  supervisor(@CurrentAgent() agent: AgentIdentity): AgentIdentity {
    return agent;
  }

  @Get('overview')
  @Access('overview')
  overview(@CurrentAgent() agent: AgentIdentity): AgentIdentity {
    return agent;
  }

  @Post('webhook')
  @Access('webhook')
  webhook(): object {
    return { passed: true };
  }

  @Get(['public', 'open/:id'])
  @Access('public')
  public(): object {
    return { passed: true };
  }

  @Get('nobody-here')
  @Access('public')
  agentWithoutToken(@CurrentAgent() agent: AgentIdentity): AgentIdentity {
    return agent;
  }
}

@Controller()
@Access('supervisor')
class ClassRuleController {
  @Get('inherited')
  inherited(): object {
    return { passed: true };
  }

  @Get('own')
  @Access('public')
  own(): object {
    return { passed: true };
  }
}

@Controller('bare')
class BareController {
  @Get('ruled')
  @Access('staff')
  ruled(): void {}

  @Get('forgotten')
  forgotten(): void {}

  @Post('also')
  alsoForgotten(): void {}

  helper(): void {}
}

class ForgetfulBase {
  @Get('base')
  fromBase(): void {}
}

@Controller('heir')
class HeirController extends ForgetfulBase {}

/** What authentication needs of other modules. */
const recorded: unknown[] = [];

@Global()
@Module({
  providers: [
    {
      provide: AuditService,
      useValue: {
        recordingRefusals: (act: unknown, work: () => unknown) => {
          recorded.push(act);
          return work();
        },
      },
    },
    { provide: RevokedUsers, useValue: NOBODY_REVOKED },
  ],
  exports: [AuditService, RevokedUsers],
})
class NeighboursModule {}

function isGateway(type: Type): boolean {
  return Reflect.hasMetadata(GATEWAY_METADATA, type);
}

async function appWith(...types: Type[]): Promise<NestFastifyApplication> {
  const config = loadConfiguration({ NODE_ENV: 'test', JWT_SECRET });
  const module = await Test.createTestingModule({
    imports: [ConfigModule.register(config), NeighboursModule, AuthModule],
    controllers: types.filter((type) => !isGateway(type)),
    providers: [{ provide: APP_FILTER, useClass: ErrorFilter }, ...types.filter(isGateway)],
  }).compile();
  return module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
}

function bearer(claims: object): string {
  return `Bearer ${crmToken(claims)}`;
}

describe('a guarded application', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    app = await appWith(RulesController, ClassRuleController);
    await app.listen(0, '127.0.0.1');
  });

  afterAll(() => app.close());

  const call = (method: 'get' | 'post', path: string, authorization?: string) => {
    const sent = request(app.getHttpServer())[method](path);
    return authorization === undefined ? sent : sent.set('Authorization', authorization);
  };

  const agent = bearer({ ...STAFF, extension: '201' });
  const supervisor = bearer({ ...STAFF, roleSlug: 'admin' });
  const auditor = bearer({ ...STAFF, permissions: ['view-call-logs'] });
  const customer = bearer(CUSTOMER);
  const expired = bearer({ ...STAFF, exp: secondsFromNow(-60) });

  it.each([
    ['get', '/rules/public'],
    ['get', '/rules/open/7'],
    ['post', '/rules/webhook'],
    ['get', '/own'],
  ] as const)('%s %s requires no token and ignores one', async (method, path) => {
    for (const authorization of [undefined, agent, expired, 'Bearer garbage', 'Basic Zm9v']) {
      const { status, body } = await call(method, path, authorization);
      expect({ status, body }).toEqual({ status: method === 'post' ? 201 : 200, body: { passed: true } });
    }
  });

  it('a route for staff gets the agent of the token', async () => {
    const { body } = await call('get', '/rules/staff', agent).expect(200);

    expect(body).toEqual({
      userId: 7,
      role: 'agent',
      roleSlug: 'agent',
      extension: '201',
      email: STAFF.email,
    });
  });

  it('the scheme may be written in any case', async () => {
    const { status } = await call('get', '/rules/staff', agent.replace('Bearer', 'bearer'));

    expect(status).toBe(200);
  });

  it.each(['/rules/staff', '/rules/supervisor', '/rules/overview', '/inherited'])(
    '%s is open to supervisors',
    async (path) => {
      const { status } = await call('get', path, supervisor);

      expect(status).toBe(200);
    },
  );

  it('a route of the overview is open to who sees all calls, and to no other agent', async () => {
    await call('get', '/rules/overview', auditor).expect(200);
    await call('get', '/rules/supervisor', auditor).expect(403);
    const { body } = await call('get', '/rules/overview', agent).expect(403);

    expect(body).toMatchObject({
      code: 'FORBIDDEN',
      message: 'This is for supervisors, and for users who may see all calls',
    });
    expect(recorded.at(-1)).toMatchObject({ action: 'route.call', subject: 'GET /rules/overview' });
  });

  it.each(['/rules/supervisor', '/inherited'])('%s is closed to agents', async (path) => {
    const { body } = await call('get', path, agent).expect(403);

    expect(body).toMatchObject({ code: 'FORBIDDEN', message: 'This is for supervisors only' });
    expect(recorded.at(-1)).toMatchObject({
      agent: { userId: 7 },
      action: 'route.call',
      subject: `GET ${path}`,
    });
  });

  it.each(['/rules/staff', '/rules/supervisor', '/rules/overview', '/inherited'])(
    '%s is closed to shop customers',
    async (path) => {
      const { body, headers } = await call('get', path, customer).expect(403);

      expect(body).toMatchObject({ code: 'CUSTOMER_TOKEN_REFUSED' });
      expect(headers).not.toHaveProperty('www-authenticate');
    },
  );

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['no token', 'Bearer'],
    ['another scheme', 'Basic Zm9vOmJhcg=='],
    ['the bare token', agent.replace('Bearer ', '')],
    ['two tokens', `${agent} ${agent.replace('Bearer ', '')}`],
    ['garbage', 'Bearer garbage'],
    ['an expired token', expired],
  ])('%s is answered 401, with the way to sign in', async (_fault, authorization) => {
    const { body, headers } = await call('get', '/rules/staff', authorization).expect(401);

    expect(body).toMatchObject({ statusCode: 401, code: 'UNAUTHENTICATED', message: expect.any(String) });
    expect(headers['www-authenticate']).toBe('Bearer');
  });

  it('a token in the address is not looked at', async () => {
    const { status } = await call('get', `/rules/staff?access_token=${crmToken(STAFF)}`);

    expect(status).toBe(401);
  });

  it('a handler that needs an agent on a route without one fails with an internal error', async () => {
    const { body } = await call('get', '/rules/nobody-here', agent).expect(500);

    expect(body).toMatchObject({ code: 'INTERNAL', message: 'Internal server error' });
  });

  it('lists each route with its rule', () => {
    expect(app.get(RouteAudit).list()).toEqual([
      'GET /inherited -> supervisor',
      'GET /own -> public',
      'GET /rules/nobody-here -> public',
      'GET /rules/open/:id -> public',
      'GET /rules/overview -> overview',
      'GET /rules/public -> public',
      'GET /rules/staff -> staff',
      'GET /rules/supervisor -> supervisor',
      'POST /rules/webhook -> webhook',
    ]);
  });
});

describe('a route without a rule', () => {
  it('keeps the service from starting, and every such handler is named', async () => {
    const app = await appWith(RulesController, BareController, HeirController);

    await expect(app.init()).rejects.toThrow(
      /^Routes without an @Access rule: BareController.forgotten, BareController.alsoForgotten, HeirController.fromBase$/,
    );
    await app.close();
  });

  it('would reject every request even if the service did start', async () => {
    const app = await appWith(BareController);
    app.get(RouteAudit).onModuleInit = () => {};
    await app.listen(0, '127.0.0.1');

    const { body } = await request(app.getHttpServer())
      .get('/bare/forgotten')
      .set('Authorization', bearer({ ...STAFF, roleSlug: 'admin' }))
      .expect(403);
    expect(body).toMatchObject({ code: 'FORBIDDEN', message: 'This route is open to nobody' });
    expect(app.get(RouteAudit).list()).toContain('GET /bare/forgotten -> nobody');
    await app.close();
  });
});

@Controller('tickets')
class UnguardedController {
  @Get()
  @Access('ticket')
  unguarded(): void {}
}

describe('a route for tickets', () => {
  it('keeps the service from starting when no guard verifies them', async () => {
    const app = await appWith(UnguardedController);
    await expect(app.init()).rejects.toThrow(
      'Routes for tickets without a guard that verifies them: UnguardedController.unguarded',
    );
    await app.close();
  });
});

@WebSocketGateway()
class TalkativeGateway {
  @SubscribeMessage('join')
  join(): void {}
}

describe('messages over sockets', () => {
  it('stop the start of a service that takes them', async () => {
    const app = await appWith(TalkativeGateway);
    await expect(app.init()).rejects.toThrow('TalkativeGateway.join');
    await app.close();
  });

  it('are refused by the guard, and end in the filter', async () => {
    const context = new ExecutionContextHost([{}, {}], RulesController, () => undefined);
    context.setType('ws');
    const guard = new AccessGuard(new Reflector(), verifierWith(), {} as never, {} as never);
    await expect(guard.canActivate(context)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(() => new ErrorFilter().catch(new Error('refused'), context)).not.toThrow();
  });
});
