import { namespace } from '../namespace.js';

/** What carries announcements to other instances: Redis before PostgreSQL. The embedded database has one instance. */
export const changeFeedConfig = namespace('changeFeed', ({ DATABASE_URL, REDIS_URL }) => ({
  redisUrl: DATABASE_URL === undefined ? null : (REDIS_URL ?? null),
  postgresUrl: DATABASE_URL ?? null,
}));
