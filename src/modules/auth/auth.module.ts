import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { AccessTokenVerifier } from './access-token.verifier.js';
import { AccessGuard } from './access.guard.js';
import { RouteAudit } from './route-audit.js';

/** Authentication and authorization. Its guard applies to all routes of the application. */
@Module({
  imports: [DiscoveryModule],
  providers: [AccessTokenVerifier, RouteAudit, { provide: APP_GUARD, useClass: AccessGuard }],
  exports: [AccessTokenVerifier, RouteAudit],
})
export class AuthModule {}
