import { readFileSync } from 'node:fs';
import { POP_SOURCES, POP_TABLES } from '../../src/modules/crm/screen-pop/pop-parts.js';
import { Document, ROOT } from '../support/documents.js';

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

describe('the documents of the screen-pop', () => {
  const { components } = JSON.parse(readFileSync(`${ROOT}docs/openapi.json`, 'utf8')) as {
    components: { schemas: Record<string, Schema> };
  };

  /** Paths that are in one of the two and not in the other; null and empty lists say nothing of what is in them. */
  function differences(value: unknown, schema: Schema, path: string): string[] {
    const [reference = schema.$ref] = schema.allOf?.map(({ $ref }) => $ref) ?? [];
    if (reference !== undefined) {
      return differences(value, components.schemas[reference.split('/').at(-1) ?? ''] ?? {}, path);
    }
    if (Array.isArray(value))
      return value.flatMap((item) => differences(item, schema.items ?? {}, `${path}[]`));
    if (value === null || typeof value !== 'object') return [];
    const { properties = {} } = schema;
    const names = new Set([...Object.keys(value), ...Object.keys(properties)]);
    return [...names].flatMap((name) => {
      const [member, property] = [Reflect.get(value, name) as unknown, properties[name]];
      if (member === undefined || property === undefined) return [`${path}.${name}`];
      return differences(member, property, `${path}.${name}`);
    });
  }

  it('have an example with the fields of an answer, no more and no less', () => {
    const examples = new Document('docs/contract.md').blocks.filter(({ text }) =>
      text.includes('"matchCount"'),
    );
    expect(examples).toHaveLength(1);
    const example: unknown = JSON.parse(examples[0]?.text ?? '');
    expect(differences(example, { $ref: '#/components/schemas/ScreenPopDto' }, '')).toEqual([]);
  });

  it('say of every table what it is read for, and grant those of the CRM that the service need not have', () => {
    const database = new Document('docs/database.md');
    const section = /^### What the CRM's tables are read for$(.*?)^###/msu.exec(database.text)?.[1];
    for (const table of POP_TABLES) expect(section).toContain(`\`${table}\``);
    const [grant] = database.blocks.filter(({ text }) => text.includes('GRANT SELECT ON sales_orders'));
    const owned = [POP_SOURCES.customers, POP_SOURCES.tasks, POP_SOURCES.calls].map(
      ({ table }) => table as string,
    );
    const foreign = POP_TABLES.filter((table) => !owned.includes(table));
    expect(grant?.text).toContain(`ON ${foreign.join(', ')} TO`);
  });
});
