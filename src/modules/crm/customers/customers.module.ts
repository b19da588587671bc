import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../../database/provide-repository.js';
import { CallerFactsService } from './caller-facts.service.js';
import { Customer } from './customer.entity.js';
import { CustomerRepository } from './customer.repository.js';
import { CustomersService } from './customers.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Customer])],
  providers: [CustomersService, CallerFactsService, provideRepository(CustomerRepository, Customer)],
  exports: [CustomersService, CallerFactsService],
})
export class CustomersModule {}
