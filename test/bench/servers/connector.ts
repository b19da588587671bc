import {
  Body,
  Controller,
  HttpCode,
  Ip,
  Module,
  Post,
  type ModuleMetadata,
  type Provider,
} from '@nestjs/common';
import { APP_FILTER, APP_PIPE, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { type Dialable, dialable } from '../../../src/common/dial-policy.js';
import { DomainError } from '../../../src/common/errors/domain-error.js';
import { ErrorFilter } from '../../../src/common/errors/error.filter.js';
import { validationPipe } from '../../../src/common/errors/validation.js';
import { AppConfig } from '../../../src/config/app-config.js';
import { ConfigModule } from '../../../src/config/config.module.js';
import { Access } from '../../../src/modules/auth/access.decorator.js';
import type { AgentIdentity } from '../../../src/modules/auth/agent-identity.js';
import { AuthModule } from '../../../src/modules/auth/auth.module.js';
import { CurrentAgent } from '../../../src/modules/auth/current-agent.decorator.js';
import type { WebhookRoute as RouteName } from '../../../src/modules/telephony/bracknet/bracknet-event.js';
import { readPayload } from '../../../src/modules/telephony/bracknet/bracknet-mapper.js';
import type { CallEvent } from '../../../src/modules/telephony/call/call-event.js';
import {
  StartCallRequest,
  type StartCallResponse,
} from '../../../src/modules/telephony/dto/call-control.dto.js';
import type { WebhookAnswer } from '../../../src/modules/telephony/dto/webhook.dto.js';
import { WEBHOOK_ROUTE } from '../../../src/modules/telephony/webhooks/delivered.decorator.js';
import { parseBody } from '../../../src/modules/telephony/webhooks/webhook-body.js';
import { WebhookRoute } from '../../../src/modules/telephony/webhooks/webhook-route.decorator.js';

/** One webhook request, read. */
export interface Delivered {
  readonly route: RouteName;
  readonly event: CallEvent;
  readonly body: Buffer;
  readonly sourceAddress: string;
}

/** What is done with a request that is valid: all in which the servers we compare ourselves with differ. */
export abstract class Connector {
  abstract take(delivered: Delivered): Promise<void>;
  abstract start(
    agent: AgentIdentity,
    request: StartCallRequest,
    number: Dialable,
  ): Promise<Pick<StartCallResponse, 'bracknet_call_id' | 'telephonyCallId'>>;
}

@Controller('webhook/bracknet')
class WebhookController {
  constructor(
    private readonly connector: Connector,
    private readonly config: AppConfig,
  ) {}

  @WebhookRoute('incoming-call')
  incomingCall(@Body() body: Buffer, @Ip() sourceAddress: string): Promise<WebhookAnswer> {
    return this.take('incoming-call', body, sourceAddress);
  }

  @WebhookRoute('call-answered')
  callAnswered(@Body() body: Buffer, @Ip() sourceAddress: string): Promise<WebhookAnswer> {
    return this.take('call-answered', body, sourceAddress);
  }

  @WebhookRoute('call-ended')
  callEnded(@Body() body: Buffer, @Ip() sourceAddress: string): Promise<WebhookAnswer> {
    return this.take('call-ended', body, sourceAddress);
  }

  private async take(route: RouteName, body: Buffer, sourceAddress: string): Promise<WebhookAnswer> {
    const parsed = parseBody(body);
    if (!parsed.ok) throw new DomainError('WEBHOOK_INVALID', parsed.problem);
    const timeZone = this.config.telephony.businessTimeZone;
    const read = readPayload(parsed.value, { route, receivedAt: new Date(), timeZone });
    if (read.kind !== 'event') throw new DomainError('WEBHOOK_INVALID', `The event is ${read.kind}`);
    await this.connector.take({ route, event: read.event, body, sourceAddress });
    return { status: 'ok', result: 'accepted' };
  }
}

@Controller('call')
class StartController {
  constructor(
    private readonly connector: Connector,
    private readonly config: AppConfig,
  ) {}

  @Post('start')
  @HttpCode(200)
  @Access('staff')
  async start(
    @CurrentAgent() agent: AgentIdentity,
    @Body() request: StartCallRequest,
  ): Promise<StartCallResponse> {
    const number = dialable(request.customer_number, this.config.telephony.dialCountries);
    const started = await this.connector.start(agent, request, number);
    return { status: 'success', ...started, message: 'Call initiated', mode: 'mock', crm_task_id: null };
  }
}

@Module({})
class ConnectorModule {}

/**
 * Serves the routes that are measured as the service does, on the same framework with the same parsing, validation and
 * guard, and prints the address.
 */
export async function serve(
  config: AppConfig,
  connector: Provider<Connector>,
  imports: NonNullable<ModuleMetadata['imports']> = [],
): Promise<void> {
  const adapter = new FastifyAdapter();
  const fastify = adapter.getInstance<FastifyInstance>();
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser(['application/json', 'text/plain']);
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (request.routeOptions.config[WEBHOOK_ROUTE] !== undefined) done(null, body);
    else void parseJson(request, body.toString(), done);
  });

  const app = await NestFactory.create<NestFastifyApplication>(
    {
      module: ConnectorModule,
      imports: [ConfigModule.register(config), AuthModule, ...imports],
      controllers: [WebhookController, StartController],
      providers: [
        connector,
        { provide: APP_FILTER, useClass: ErrorFilter },
        { provide: APP_PIPE, useFactory: validationPipe },
      ],
    },
    adapter,
    { bodyParser: false, logger: ['error', 'fatal'] },
  );
  app.setGlobalPrefix('api');
  await app.listen(config.http.port, config.http.host);
  process.stdout.write(`${await app.getUrl()}\n`);
}
