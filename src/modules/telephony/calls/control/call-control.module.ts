import { Module } from '@nestjs/common';
import { AuditModule } from '../../../audit/audit.module.js';
import { CallsModule } from '../calls.module.js';
import { CallControlService } from './call-control.service.js';
import { ControlledCallService } from './controlled-call.service.js';

/** Hangup and transfer. */
@Module({
  imports: [AuditModule, CallsModule],
  providers: [CallControlService, ControlledCallService],
  exports: [CallControlService],
})
export class CallControlModule {}
