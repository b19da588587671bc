import { jest } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { type Configuration, loadConfiguration } from '../../src/config/configuration.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { ConfigurationError } from '../../src/config/configuration-error.js';
import { MetricsModule } from '../../src/modules/metrics/metrics.module.js';
import { BracknetClient } from '../../src/modules/telephony/bracknet/bracknet-client.js';
import { BracknetMock } from '../../src/modules/telephony/bracknet/bracknet-mock.js';
import { BracknetModule } from '../../src/modules/telephony/bracknet/bracknet.module.js';
import { Pbx } from '../../src/modules/telephony/calls/pbx.js';
import { CALL, captureLogs, closePeersAndClients, errorOf, KEY, pbxThat } from '../support/bracknet-peer.js';

const ACCESS = { baseUrl: 'http://127.0.0.1:1', apiKey: KEY };

afterEach(async () => {
  jest.restoreAllMocks();
  await closePeersAndClients();
});

function moduleWith(
  bracknet: Pick<Configuration['bracknet'], 'mode' | 'baseUrl' | 'apiKey'>,
): Promise<TestingModule> {
  const configuration = {
    ...loadConfiguration({ NODE_ENV: 'test', JWT_SECRET: 'x'.repeat(32) }),
    bracknet: { ...bracknet, isMockAFault: false, certificates: [], timeoutMs: 15_000 },
  };
  return Test.createTestingModule({
    imports: [ConfigModule.register(configuration), MetricsModule, BracknetModule],
  }).compile();
}

describe('the PBX of the module', () => {
  it('is the mock in mock mode, whatever else is set', async () => {
    const module = await moduleWith({ mode: 'mock', ...ACCESS });
    expect(module.get(Pbx)).toBeInstanceOf(BracknetMock);
    expect(module.get(Pbx).mode).toBe('mock');
    await module.close();
  });

  it('is the client in live mode', async () => {
    const module = await moduleWith({ mode: 'live', ...ACCESS });
    expect(module.get(Pbx)).toBeInstanceOf(BracknetClient);
    expect(module.get(Pbx).mode).toBe('live');
    await module.close();
  });

  it.each(['baseUrl', 'apiKey'])('is not there in live mode without %s', async (missing) => {
    await expect(moduleWith({ mode: 'live', ...ACCESS, [missing]: null })).rejects.toThrow(
      ConfigurationError,
    );
  });

  it('closes its connections when the application shuts down', async () => {
    captureLogs();
    const pbx = await pbxThat(() => closed.push(module.close()));
    const closed: Promise<void>[] = [];
    const module = await moduleWith({ mode: 'live', baseUrl: pbx.url, apiKey: KEY });
    expect(await errorOf(module.get(Pbx).start(CALL))).toMatchObject({ code: 'PBX_UNREACHABLE' });
    await Promise.all(closed);
  });
});
