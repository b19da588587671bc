import { SUPERVISOR, type TestApp } from '../support/app.js';
import { assigned, EXTENSIONS, useExtensions } from '../support/extension-desk.js';

const extensions = useExtensions();
let app: TestApp;

beforeEach(() => {
  app = extensions.app;
});

async function held(userId: number): Promise<unknown[]> {
  const { body } = await app.get(`${EXTENSIONS}?userId=${userId}`, SUPERVISOR);
  return body.items.map(({ extension, isPrimary }: Record<string, unknown>) => [extension, isPrimary]);
}

describe('a list of extensions', () => {
  const importCsv = (csv: string, dryRun = false) =>
    app.post(`${EXTENSIONS}/import`, { csv, dryRun }, SUPERVISOR);

  it('is entered as a whole', async () => {
    await assigned(app, '201', { userId: 7 });
    const { status, body } = await importCsv(
      'extension,userId,kind,members,label,claimable\r\n201,7,,,,\n202,8,,,"Desk 2, sales",yes\n700,,queue,7|8,,\n',
    );
    expect([status, body]).toEqual([
      200,
      { dryRun: false, created: 2, changed: 0, unchanged: 1, problems: [] },
    ]);
    const { body: list } = await app.get(`${EXTENSIONS}?q=SALES`, SUPERVISOR);
    expect(list.items).toMatchObject([
      { extension: '202', userId: 8, label: 'Desk 2, sales', claimable: true },
    ]);
  });

  it('is refused as a whole if a line is wrong, with the problem of each', async () => {
    const csv = 'extension,userId\n201,7\n999,8\n202,eight\n201,9';
    const { status, body } = await importCsv(csv);
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.details).toEqual([
      { field: 'csv line 3', problem: '999 is an emergency number or a short code', rule: 'extension' },
      { field: 'csv line 4', problem: 'userId must be a whole number from 1', rule: 'form' },
      { field: 'csv line 5', problem: 'extension 201 is on line 2 already', rule: 'duplicate' },
    ]);
    expect(await held(7)).toEqual([]);
  });

  it('that gives labels alone changes no holder, no kind and no members', async () => {
    await assigned(app, '201', { userId: 7 });
    await importCsv('extension,kind,members,memberExtensions\n700,group,8,201|202');
    const { body } = await importCsv('extension,label\n201,Desk 1\n700,Sales');
    expect(body).toMatchObject({ changed: 2, problems: [] });
    const { body: list } = await app.get(EXTENSIONS, SUPERVISOR);
    expect(list.items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ extension: '201', userId: 7, label: 'Desk 1' }),
        expect.objectContaining({
          extension: '700',
          kind: 'group',
          members: [8],
          memberExtensions: ['201', '202'],
          label: 'Sales',
        }),
      ]),
    );
    await importCsv('extension,userId\n201,');
    expect(await held(7)).toEqual([]);
  });

  it('is refused with groups without members, and with members that are no agents', async () => {
    const { body } = await importCsv(
      'extension,kind,memberExtensions\n700,group,201|600\n701,group,\n202,unattended,',
    );
    expect(body.details).toEqual([
      {
        field: 'csv line 2',
        problem: '600 is of kind group: members must be extensions of agents',
        rule: 'unsuitable',
      },
      { field: 'csv line 3', problem: 'members are required for a group: at least one', rule: 'required' },
      { field: 'csv line 4', problem: expect.stringContaining('202 is a member of 600'), rule: 'unsuitable' },
    ]);
    expect((await app.get(`${EXTENSIONS}?q=70`, SUPERVISOR)).body.total).toBe(0);
  });

  it('is only looked at in a dry run', async () => {
    const { status, body } = await importCsv('extension,userId\n201,7\n202,eight', true);
    expect([status, body]).toEqual([
      200,
      {
        dryRun: true,
        created: 1,
        changed: 0,
        unchanged: 0,
        problems: [
          { line: 3, field: 'userId', problem: 'userId must be a whole number from 1', rule: 'form' },
        ],
      },
    ]);
    expect([await held(7), await app.audit()]).toEqual([[], []]);
  });
});
