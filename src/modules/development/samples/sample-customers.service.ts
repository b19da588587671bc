import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { databaseConfig } from '../../../config/namespaces/database.config.js';
import { PopSources } from '../../crm/screen-pop/pop-sources.service.js';
import { SampleCustomersRepository } from './sample-customers.repository.js';

/** Gives the callers of the scenarios names and orders, so that there is something to see when they ring. */
@Injectable()
export class SampleCustomers {
  private creating: Promise<void> | null = null;

  constructor(
    private readonly repository: SampleCustomersRepository,
    private readonly sources: PopSources,
    @Inject(databaseConfig.KEY) private readonly config: ConfigType<typeof databaseConfig>,
  ) {}

  /** In the embedded database alone: another one may be the CRM's. */
  get areWanted(): boolean {
    return this.config.url === null;
  }

  /** Does nothing where they are there or not wanted. */
  async create(): Promise<void> {
    if (!this.areWanted) return;
    this.creating ??= this.createAll().catch((error: unknown) => {
      this.creating = null;
      throw error;
    });
    await this.creating;
  }

  private async createAll(): Promise<void> {
    await this.repository.create();
    await this.sources.refresh();
  }
}
