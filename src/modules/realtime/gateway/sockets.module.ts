import { Module } from '@nestjs/common';
import { ExtensionsModule } from '../../agents/extensions/extensions.module.js';
import { PresenceModule } from '../../agents/presence/presence.module.js';
import { AuthModule } from '../../auth/auth.module.js';
import { LiveSockets } from './live-sockets.js';
import { PresenceSigns } from './presence-signs.service.js';
import { SocketAdmission } from './socket-admission.js';
import { TelephonyGateway } from './telephony.gateway.js';

/** The sockets of browsers: who may open one, and which are joined. */
@Module({
  imports: [AuthModule, ExtensionsModule, PresenceModule],
  providers: [TelephonyGateway, SocketAdmission, LiveSockets, PresenceSigns],
  exports: [LiveSockets],
})
export class SocketsModule {}
