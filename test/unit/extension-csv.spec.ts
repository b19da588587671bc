import * as fc from 'fast-check';
import { readExtensionCsv } from '../../src/modules/agents/extensions/import/extension-csv.js';
import { propertyRuns } from '../support/property-runs.js';

const read = readExtensionCsv;

describe('a list of extensions', () => {
  it('is read with the columns in any order and writing, quoted fields, and empty lines', () => {
    const { lines, problems } = read(
      '\uFEFFUser_ID, Label ,EXTENSION,is primary\r\n\r\n7,"Desk ""A"", 1",201,yes\n"8",,"202",\n',
    );
    expect(problems).toEqual([]);
    expect(lines).toMatchObject([
      {
        line: 3,
        assignment: { extension: '201', userId: 7, label: 'Desk "A", 1', isPrimary: true, kind: undefined },
      },
      { line: 4, assignment: { extension: '202', userId: 8, label: undefined, isPrimary: undefined } },
    ]);
  });

  it('names groups with their members', () => {
    expect(read('extension,kind,members,member extensions\n600,Group,7 | 8,201|IVR').lines).toMatchObject([
      { assignment: { kind: 'group', memberUsers: [7, 8], memberExtensions: ['201', 'IVR'] } },
    ]);
  });

  it('tells an extension of nobody from one of which no user is told', () => {
    const userOf = (text: string) => read(text).lines[0]?.assignment.userId;
    expect([userOf('extension,userId\n201,'), userOf('extension,label\n201,Desk 1')]).toEqual([
      null,
      undefined,
    ]);
  });

  it.each([
    ['', 1, 'no line of names'],
    ['user,label', 1, 'user is not one of extension'],
    ['userId\n7', 1, 'must have extension'],
    ['extension\n201\n201', 3, 'is on line 2 already'],
    ['extension,userId\n,7', 2, 'extension is required'],
    ['extension,userId\n201,0', 2, 'userId must be a whole number'],
    ['extension,userId\n201,7,8', 2, 'has 3 fields'],
    ['extension,kind\n201,robot', 2, 'kind must be one of'],
    ['extension,members\n600,7|x', 2, 'members must be user ids'],
    ['extension,claimable\n201,perhaps', 2, 'claimable must be true or false'],
    [`extension\n${Array.from({ length: 1001 }, (_, n) => n).join('\n')}`, 1, 'at most 1000'],
  ])('is refused: %j', (text, line, problem) => {
    expect(read(text).problems).toMatchObject([{ line, problem: expect.stringContaining(problem) }]);
  });

  it('of any text is read without failing, and every line is either entered or has a problem', () => {
    const field = fc.stringMatching(/^[\w",|. -]{0,8}$/u);
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 6 }), (fields) => {
        const { lines, problems } = read(`extension,userId,label\n${fields.join('\n')}`);
        const filled = fields.filter((content) => content.trim() !== '');
        expect(lines.length + problems.length).toBe(filled.length);
      }),
      { numRuns: propertyRuns(300) },
    );
  });

  it('that was written by RFC 4180 is read as it was meant', () => {
    const label = fc.stringMatching(/^[a-z",|. -]{1,20}$/u).map((text) => text.trim());
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 200, max: 999 }), { minLength: 1, maxLength: 5 }),
        label,
        (names, text) => {
          const rows = names.map((name) => `${name},7,"${text.replaceAll('"', '""')}"`);
          const { lines } = read(['extension,userId,label', ...rows].join('\r\n'));
          expect(
            lines.map(({ assignment }) => [assignment.extension, assignment.userId, assignment.label ?? '']),
          ).toEqual(names.map((name) => [String(name), 7, text]));
        },
      ),
      { numRuns: propertyRuns(300) },
    );
  });
});
