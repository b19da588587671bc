import { writeFileSync } from 'node:fs';
import { pino } from 'pino';
import { describeApi } from '../api-docs.js';
import { createApp } from '../app.setup.js';
import { loadConfiguration } from '../config/configuration.js';

/** Writes the OpenAPI document to docs/openapi.json. Needs no database: in preview mode nothing is started. */
const configuration = loadConfiguration({ NODE_ENV: 'test', JWT_SECRET: 'x'.repeat(32) });
const app = await createApp(configuration, { preview: true, logger: pino({ level: 'silent' }) });
writeFileSync('docs/openapi.json', `${JSON.stringify(describeApi(app), null, 2)}\n`);
