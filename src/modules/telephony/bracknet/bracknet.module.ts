import { Module } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { ConfigurationError } from '../../../config/configuration-error.js';
import { PbxMetrics } from '../../metrics/pbx-metrics.js';
import { BracknetClient } from './bracknet-client.js';
import { BracknetMock } from './bracknet-mock.js';
import { Pbx } from '../calls/pbx.js';

/** Provides the PBX: the real one, or the mock where its address or key is not set. */
@Module({
  providers: [{ provide: Pbx, inject: [AppConfig, PbxMetrics], useFactory: pbxOf }],
  exports: [Pbx],
})
export class BracknetModule {}

function pbxOf({ bracknet: { mode, baseUrl, apiKey, timeoutMs } }: AppConfig, metrics: PbxMetrics): Pbx {
  if (mode === 'mock') return new BracknetMock();
  if (baseUrl === null || apiKey === null) {
    throw new ConfigurationError(['live mode needs BRACKNET_API_BASE_URL and BRACKNET_API_KEY']);
  }
  return new BracknetClient({ baseUrl, apiKey, timeoutMs }, metrics);
}
