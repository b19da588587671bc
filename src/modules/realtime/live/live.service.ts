import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { AgentStatus } from '../../../client/wire.js';
import { Clock } from '../../../common/time/clock.js';
import { hasTrialCalls } from '../../../config/configuration.js';
import { appConfig } from '../../../config/namespaces/app.config.js';
import { bracknetConfig } from '../../../config/namespaces/bracknet.config.js';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { ExtensionDirectory } from '../../agents/extensions/extension-directory.service.js';
import { PresenceService } from '../../agents/presence/presence.service.js';
import { type AgentIdentity, seesAllCalls } from '../../auth/agent-identity.js';
import { isCallOf } from '../../telephony/calls/domain/call-access.js';
import { CallPusher } from '../emitter/call-pusher.service.js';
import { extensionsOf } from '../extensions-of.js';
import { toLiveCall } from '../live-call.js';
import { LiveCallRepository } from './live-call.repository.js';
import type { LiveSnapshotDto } from './live.dto.js';

/** Most calls of a snapshot. */
export const MOST_LIVE_CALLS = 2_000;

/** The state of the call desk as a user may see it. */
@Injectable()
export class LiveService {
  constructor(
    private readonly calls: LiveCallRepository,
    private readonly pusher: CallPusher,
    private readonly clock: Clock,
    private readonly presence: PresenceService,
    private readonly directory: ExtensionDirectory,
    @Inject(appConfig.KEY) private readonly app: ConfigType<typeof appConfig>,
    @Inject(bracknetConfig.KEY) private readonly bracknet: ConfigType<typeof bracknetConfig>,
    @Inject(telephonyConfig.KEY) private readonly telephony: ConfigType<typeof telephonyConfig>,
  ) {}

  async snapshot(agent: AgentIdentity): Promise<LiveSnapshotDto> {
    const rows = await this.calls.findOpen(agent, MOST_LIVE_CALLS + 1);
    const shown = rows.slice(0, MOST_LIVE_CALLS).filter((row) => isCallOf(agent, row));
    this.pusher.shown(shown);
    return {
      serverTime: this.clock.now().toISOString(),
      calls: shown.map(toLiveCall),
      isComplete: rows.length <= MOST_LIVE_CALLS,
      me: {
        userId: agent.userId,
        role: agent.role,
        extensions: extensionsOf(agent, this.directory),
        status: await this.statusOf(agent.userId),
        seesAllCalls: seesAllCalls(agent),
      },
      service: {
        timeZone: this.telephony.businessTimeZone,
        hasTrialCalls: hasTrialCalls({ app: this.app, bracknet: this.bracknet }),
      },
    };
  }

  private async statusOf(userId: number): Promise<AgentStatus> {
    const [presence] = await this.presence.read([userId]);
    return presence?.status ?? 'offline';
  }
}
