import { Global, Module } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { ConfigurationError } from '../../../config/configuration-error.js';
import { bracknetConfig } from '../../../config/namespaces/bracknet.config.js';
import { PbxMetrics } from '../../metrics/pbx-metrics.js';
import { Pbx } from '../calls/pbx.js';
import { BracknetMock } from './bracknet-mock.js';

/** Provides the port `Pbx`: the HTTP client in live mode, else the mock. */
@Global()
@Module({
  providers: [{ provide: Pbx, inject: [bracknetConfig.KEY, PbxMetrics], useFactory: pbxOf }],
  exports: [Pbx],
})
export class BracknetModule {}

async function pbxOf(
  { mode, baseUrl, apiKey, certificates, timeoutMs }: ConfigType<typeof bracknetConfig>,
  metrics: PbxMetrics,
): Promise<Pbx> {
  if (mode === 'mock') return new BracknetMock();
  if (baseUrl === null || apiKey === null) {
    throw new ConfigurationError(['live mode needs BRACKNET_API_BASE_URL and BRACKNET_API_KEY']);
  }
  // Only here: its HTTP library takes memory that the mock does not need.
  const { BracknetClient } = await import('./bracknet-client.js');
  return new BracknetClient({ baseUrl, apiKey, certificates, timeoutMs }, metrics);
}
