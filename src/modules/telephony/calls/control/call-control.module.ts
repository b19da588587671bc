import { Module } from '@nestjs/common';
import { AuditModule } from '../../../audit/audit.module.js';
import { CallsModule } from '../calls.module.js';
import { CallClearing } from './call-clearing.service.js';
import { CallControlService } from './call-control.service.js';
import { ControlledCallService } from './controlled-call.service.js';

/** Hangup, transfer, and the end of stuck calls. */
@Module({
  imports: [AuditModule, CallsModule],
  providers: [CallControlService, ControlledCallService, CallClearing],
  exports: [CallControlService, CallClearing],
})
export class CallControlModule {}
