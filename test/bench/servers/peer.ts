import 'reflect-metadata';
import {
  Body,
  type CanActivate,
  Controller,
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  Injectable,
  Module,
  Post,
  UnauthorizedException,
  UseGuards,
  ValidationPipe,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { IncomingMessage } from 'node:http';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../../src/database/data-source.js';
import { isSigned, keyOf } from '../load/signature.js';
import { setting } from './setting.js';
import {
  CallAnsweredDto,
  CallEndedDto,
  CallMissedDto,
  CallRecordingDto,
  IncomingCallDto,
} from './peer-dto.js';
import { type DeliveryFacts, FindThenSave } from './peer-service.js';

type WebhookRequest = IncomingMessage & { readonly rawBody?: Buffer; readonly ip?: string };

@Injectable()
class SignatureGuard implements CanActivate {
  private readonly key = keyOf(setting('BRACKNET_WEBHOOK_SECRET'));

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<WebhookRequest>();
    if (request.rawBody && isSigned(this.key, request.headers, request.rawBody)) return true;
    throw new UnauthorizedException();
  }
}

const Delivery = createParamDecorator((_: unknown, context: ExecutionContext): DeliveryFacts => {
  const request = context.switchToHttp().getRequest<WebhookRequest>();
  return {
    deliveryId: String(request.headers['webhook-id']),
    route: (request.url?.split('/').at(-1) ?? '') as DeliveryFacts['route'],
    body: request.rawBody ?? Buffer.alloc(0),
    sourceAddress: request.ip ?? '',
  };
});

interface Answer {
  readonly status: 'ok';
  readonly result: string;
}

const ok = (result: string): Answer => ({ status: 'ok', result });

@Controller('webhook/bracknet')
@UseGuards(SignatureGuard)
class WebhookController {
  constructor(private readonly connector: FindThenSave) {}

  @Post('incoming-call')
  @HttpCode(200)
  async incoming(@Body() event: IncomingCallDto, @Delivery() delivery: DeliveryFacts): Promise<Answer> {
    return ok(await this.connector.incoming(event, delivery));
  }

  @Post('call-answered')
  @HttpCode(200)
  async answered(@Body() event: CallAnsweredDto, @Delivery() delivery: DeliveryFacts): Promise<Answer> {
    return ok(await this.connector.answered(event, delivery));
  }

  @Post('call-ended')
  @HttpCode(200)
  async ended(@Body() event: CallEndedDto, @Delivery() delivery: DeliveryFacts): Promise<Answer> {
    return ok(await this.connector.ended(event, delivery));
  }

  @Post('call-recording')
  @HttpCode(200)
  async recorded(@Body() event: CallRecordingDto, @Delivery() delivery: DeliveryFacts): Promise<Answer> {
    return ok(await this.connector.recorded(event, delivery));
  }

  @Post('call-missed')
  @HttpCode(200)
  async missed(@Body() event: CallMissedDto, @Delivery() delivery: DeliveryFacts): Promise<Answer> {
    return ok(await this.connector.missed(event, delivery));
  }
}

@Module({})
class PeerModule {}

/** A typical connector: Nest on Express, a guard for the signature, DTOs with class-validator, TypeORM repositories. */
const database = {
  url: setting('DATABASE_URL'),
  poolSize: 10,
  statementTimeoutMs: 10_000,
  legacyTimeZone: 'Asia/Dhaka',
};
const app = await NestFactory.create<NestExpressApplication>(
  {
    module: PeerModule,
    controllers: [WebhookController],
    providers: [
      FindThenSave,
      { provide: DataSource, useFactory: () => new DataSource(dataSourceOptions(database)).initialize() },
    ],
  },
  { rawBody: true, logger: ['error', 'fatal'] },
);
app.setGlobalPrefix('api');
app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }));
await app.listen(0, '127.0.0.1');
process.stdout.write(`${await app.getUrl()}\n`);
