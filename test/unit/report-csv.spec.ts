import { csvOf } from '../../src/console/views/reports/csv.js';
import type { Figures } from '../../src/console/views/reports/types.js';

/** The first cell of a row whose queue has this name, as it is in the file. */
async function cellOf(name: string): Promise<string> {
  const column = { title: 'Lost', value: () => -1 };
  const rows = [{ key: name } as Figures];
  const file = await csvOf([{ of: 'Queue', rows, name: String }], [column]).text();
  const [header, row = '', ...rest] = file.replace('\uFEFF', '').split('\r\n');
  expect([header, row.endsWith(',-1'), rest]).toEqual(['Queue,Lost', true, ['']]);
  return row.slice(0, -',-1'.length);
}

describe('the CSV of the report page', () => {
  it.each([
    ['=1+1', "'=1+1"],
    [' =1+1', "' =1+1"],
    ['\u200B=1+1', "'\u200B=1+1"],
    ['\uFF1D1+1', "'\uFF1D1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['Sales, VIP', '"Sales, VIP"'],
    ['say "hi"', '"say ""hi"""'],
    ['বিক্রয়', 'বিক্রয়'],
  ])('has the queue %j as %j, and numbers below zero as they are', async (name, cell) => {
    expect(await cellOf(name)).toBe(cell);
  });
});
