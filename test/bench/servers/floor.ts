import 'reflect-metadata';
import { loadProcessConfig } from '../../../src/config/load-config.js';
import { Connector, serve } from './connector.js';

/** Does nothing with what it reads: what the framework and the validation cost by themselves. */
class DoNothing extends Connector {
  take(): Promise<void> {
    return Promise.resolve();
  }

  start(): Promise<{ bracknet_call_id: string; telephonyCallId: number }> {
    return Promise.resolve({ bracknet_call_id: 'BN-MOCK-0', telephonyCallId: 0 });
  }
}

await serve(loadProcessConfig(), { provide: Connector, useClass: DoNothing });
