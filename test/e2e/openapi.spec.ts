import { readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { describeApi } from '../../src/api-docs.js';
import { createApp } from '../../src/app.setup.js';
import { loadConfiguration } from '../../src/config/configuration.js';
import { JWT_SECRET } from '../support/app.js';

it('docs/openapi.json is what the code describes (npm run openapi writes it anew)', async () => {
  const config = loadConfiguration({ NODE_ENV: 'test', JWT_SECRET });
  const app = await createApp(config, { preview: true, logger: pino({ level: 'silent' }) });
  const committed: unknown = JSON.parse(await readFile('docs/openapi.json', 'utf8'));
  expect(committed).toEqual(JSON.parse(JSON.stringify(describeApi(app))));
});
