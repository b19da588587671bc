import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../../database/provide-repository.js';
import { Customer } from './customer.entity.js';
import { CustomerRepository } from './customer.repository.js';
import { CustomersService } from './customers.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Customer])],
  providers: [CustomersService, provideRepository(CustomerRepository, Customer)],
  exports: [CustomersService],
})
export class CustomersModule {}
