import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../database/provide-repository.js';
import { RevokedUsers } from '../auth/revoked-users.js';
import { RevocationList } from './revocation-list.service.js';
import { RevocationsController } from './revocations.controller.js';
import { RevocationsService } from './revocations.service.js';
import { RevokedUser } from './revoked-user.entity.js';
import { RevokedUserRepository } from './revoked-user.repository.js';

/** Withdraws the tokens of users. Global, because it implements the port `RevokedUsers` of the verifier of tokens. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([RevokedUser])],
  controllers: [RevocationsController],
  providers: [
    RevocationsService,
    RevocationList,
    provideRepository(RevokedUserRepository, RevokedUser),
    { provide: RevokedUsers, useExisting: RevocationList },
  ],
  exports: [RevokedUsers],
})
export class RevocationsModule {}
