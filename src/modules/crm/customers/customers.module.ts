import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../../database/provide-repository.js';
import { CallerChoice } from './caller-choice.entity.js';
import { CallerChoiceRepository } from './caller-choice.repository.js';
import { CallerChoicesService } from './caller-choices.service.js';
import { CallerFactsService } from './caller-facts.service.js';
import { Customer } from './customer.entity.js';
import { CustomerRepository } from './customer.repository.js';
import { CustomersService } from './customers.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Customer, CallerChoice])],
  providers: [
    CustomersService,
    CallerChoicesService,
    CallerFactsService,
    provideRepository(CustomerRepository, Customer),
    provideRepository(CallerChoiceRepository, CallerChoice),
  ],
  exports: [CustomersService, CallerChoicesService, CallerFactsService],
})
export class CustomersModule {}
