import { Test } from '@nestjs/testing';
import { ConfigModule } from '../../src/config/config.module.js';
import { loadConfiguration, NAMESPACES } from '../../src/config/configuration.js';
import { SECRET } from '../support/environments.js';

describe('ConfigModule', () => {
  it('hands each namespace to every module by its key, and leaves process.env alone', async () => {
    const before = { ...process.env };
    const configuration = loadConfiguration({ JWT_SECRET: SECRET });
    const module = await Test.createTestingModule({
      imports: [ConfigModule.register(configuration)],
    }).compile();

    for (const [name, { KEY }] of Object.entries(NAMESPACES)) {
      expect(module.get(KEY)).toBe(configuration[name as keyof typeof NAMESPACES]);
    }
    expect(process.env).toEqual(before);
    await module.close();
  });
});
