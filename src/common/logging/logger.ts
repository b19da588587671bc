import { types } from 'node:util';
import { type LoggerService, type LogLevel } from '@nestjs/common';
import { type DestinationStream, type Logger as Pino, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import type { ConfigType } from '@nestjs/config';
import type { appConfig } from '../../config/namespaces/app.config.js';
import { maskNumbersIn } from '../phone-number.js';
import { currentRequest } from '../http/request-context.js';

/** Writes JSON lines in production and readable lines elsewhere; adds the request id to every line. */
export function createLogger(
  config: Pick<ConfigType<typeof appConfig>, 'environment' | 'logLevel'>,
  destination?: DestinationStream,
): Pino {
  const stream =
    destination ??
    (config.environment === 'production'
      ? pino.destination({ sync: false })
      : pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', singleLine: true, sync: true }));
  return pino(
    {
      level: config.logLevel,
      timestamp: stdTimeFunctions.isoTime,
      mixin: () => {
        const requestId = currentRequest()?.requestId;
        return requestId === undefined ? {} : { requestId };
      },
    },
    stream,
  );
}

/**
 * Writes JSON lines on the start and the end of the process, whatever the level of the log. Synchronously, because the
 * process may exit right after the line.
 */
export function createLifecycleLogger(to: 'stdout' | 'stderr'): Pino {
  const destination = pino.destination({ dest: to === 'stdout' ? 1 : 2, sync: true });
  return pino({ timestamp: stdTimeFunctions.isoTime }, destination).child({ context: 'Process' });
}

const PINO_LEVEL: Readonly<Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'>> = {
  verbose: 'trace',
  debug: 'debug',
  log: 'info',
  warn: 'warn',
  error: 'error',
  fatal: 'fatal',
};

/** Nest's contexts that log modules and routes at startup; their `log` lines are written at level debug. */
const STARTUP_CONTEXTS = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

/**
 * Nest's `LoggerService` on top of pino. Masks phone numbers. Ids with seven digits or more would be masked too, so pass
 * them as an object after the message, such as `{ receipt: '7000000' }`.
 */
export class NestLogger implements LoggerService {
  constructor(private readonly pino: Pino) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('log', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('verbose', message, rest);
  }

  /** Nest passes the context (class name) as the last argument, and an error or a stack before it. */
  private write(level: LogLevel, message: unknown, rest: unknown[]): void {
    const context = typeof rest.at(-1) === 'string' ? (rest.at(-1) as string) : undefined;
    const error = [message, ...rest].find((part) => types.isNativeError(part));
    const stack = rest.find((part) => typeof part === 'string' && part !== context);
    const ids = rest.find((part) => typeof part === 'object' && part !== null && !types.isNativeError(part));
    const isStartupLine = level === 'log' && context !== undefined && STARTUP_CONTEXTS.has(context);
    this.pino[isStartupLine ? 'debug' : PINO_LEVEL[level]](
      {
        ...(context !== undefined && { context }),
        ...(ids !== undefined && { ids }),
        ...(error !== undefined && { err: { type: error.name, stack: maskNumbersIn(error.stack ?? '') } }),
        ...(error === undefined && typeof stack === 'string' && { stack: maskNumbersIn(stack) }),
      },
      maskNumbersIn(types.isNativeError(message) ? message.message : String(message)),
    );
  }
}
