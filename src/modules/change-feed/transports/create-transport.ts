import type { ConfigType } from '@nestjs/config';
import type { DataSource } from 'typeorm';
import type { changeFeedConfig } from '../../../config/namespaces/change-feed.config.js';
import type { ChangeTransport } from './change-transport.js';
import { PostgresTransport } from './postgres-transport.js';
import { RedisTransport } from './redis-transport.js';

/** @returns null: there is no other instance */
export function createTransport(
  { redisUrl, postgresUrl }: ConfigType<typeof changeFeedConfig>,
  dataSource: DataSource,
): ChangeTransport | null {
  if (redisUrl !== null) return new RedisTransport(redisUrl, dataSource);
  return postgresUrl === null ? null : new PostgresTransport(postgresUrl);
}
