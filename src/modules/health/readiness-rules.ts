import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { bracknetConfig } from '../../config/namespaces/bracknet.config.js';
import { webhooksConfig } from '../../config/namespaces/webhooks.config.js';
import type { ReadinessInputs } from './readiness.js';

/** What of the configuration decides on readiness. */
@Injectable()
export class ReadinessRules implements Pick<
  ReadinessInputs,
  'pbxMode' | 'isMockAFault' | 'quarantineLimits'
> {
  readonly pbxMode: ReadinessInputs['pbxMode'];
  readonly isMockAFault: boolean;
  readonly quarantineLimits: ReadinessInputs['quarantineLimits'];

  constructor(
    @Inject(bracknetConfig.KEY) bracknet: ConfigType<typeof bracknetConfig>,
    @Inject(webhooksConfig.KEY) webhooks: ConfigType<typeof webhooksConfig>,
  ) {
    this.pbxMode = bracknet.mode;
    this.isMockAFault = bracknet.isMockAFault;
    this.quarantineLimits = webhooks.quarantine;
  }
}
