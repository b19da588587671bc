import { readCommandLine } from '../screenshots/command-line.js';
import { documentShotsOf, shotsOf } from '../screenshots/picture.js';
import { AT_FIRST, SEEDED } from '../screenshots/pictures/pictures.js';

describe('the command line of the screenshots', () => {
  it('takes all pictures into a folder that is not committed, unless told otherwise', () => {
    expect(readCommandLine([])).toEqual({ only: null, axe: false, documents: false, folder: 'screenshots' });
  });

  it('takes a part, into another folder', () => {
    const options = readCommandLine(['--only', 'desk', '--to', '/tmp/pictures']);
    expect(options).toEqual({ only: 'desk', axe: false, documents: false, folder: '/tmp/pictures' });
  });

  it('takes those of the documents to where the documents show them', () => {
    expect(readCommandLine(['--documents'])).toEqual({
      only: null,
      axe: false,
      documents: true,
      folder: 'docs/images',
    });
  });

  it('examines each page when it is asked to', () => {
    expect(readCommandLine(['--axe'])).toMatchObject({ axe: true, folder: 'screenshots' });
  });

  it('accepts --help alone', () => {
    expect(readCommandLine(['--documents', '--help'])).toBeNull();
  });

  it('rejects an unknown flag, and names it', () => {
    expect(() => readCommandLine(['--fast'])).toThrow('--fast');
  });
});

describe('the screenshots', () => {
  it('have a file each', () => {
    const pictures = [...AT_FIRST, ...SEEDED];
    const names = pictures.flatMap((picture) => [...shotsOf(picture), ...documentShotsOf(picture)]);
    expect(new Set(names.map(({ name }) => name)).size).toBe(names.length);
  });

  it('show a state in both languages, both widths and both themes', () => {
    const names = shotsOf({ name: 'desk-idle' }).map(({ name }) => name);
    expect(names).toHaveLength(8);
    expect(names).toContain('desk-idle-bn-360-dark');
  });
});
