import { Column, DataSource, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { migrate, schemaDifference } from '../../src/database/migrator.js';
import { Customer } from '../../src/modules/crm/customers/customer.entity.js';
import { Call } from '../../src/modules/telephony/calls/call.entity.js';
import { type OpenDatabase, openEmptyDatabase } from '../support/legacy-schema.js';

@Entity('telephony_calls')
@Index('ix_telephony_calls_stray', ['stray'])
class CallWithStrayColumn extends Call {
  @Column({ type: 'integer', nullable: true })
  stray: number | null;
}

@Entity('customers')
class CustomerWithLongerName extends Customer {
  @Column({ type: 'varchar', length: 60 })
  override name = '';
}

@Entity('telephony_stray')
class StrayEntity {
  @PrimaryGeneratedColumn()
  id: number;
}

describe('entities and migrations', () => {
  let database: OpenDatabase;

  beforeAll(async () => {
    database = await openEmptyDatabase();
    await migrate(database.settings, () => {});
  });

  afterAll(() => database.drop());

  it('describe the same schema', async () => {
    expect(await schemaDifference(database.settings, () => {})).toEqual({ up: [], down: [] });
  });

  it.each([
    [
      'a column and an index',
      CallWithStrayColumn,
      ['ADD "stray" integer', 'CREATE INDEX "ix_telephony_calls_stray"'],
    ],
    ['a longer column', CustomerWithLongerName, ['ALTER TABLE "customers"']],
    ['a table', StrayEntity, ['CREATE TABLE "telephony_stray"']],
  ])('are told apart by %s in an entity that no migration makes', async (_, entity, statements) => {
    const dataSource = await new DataSource({
      ...dataSourceOptions(database.settings),
      entities: [entity],
    }).initialize();
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    await dataSource.destroy();
    const difference = upQueries.map(({ query }) => query).join('\n');
    for (const statement of statements) expect(difference).toContain(statement);
  });
});
