import { Readable } from 'node:stream';
import { atMost, exactBytes } from '../../src/modules/recordings/playback/exact-bytes.js';

const bodyOf = (...chunks: string[]): Readable => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
const textOf = async (bytes: AsyncIterable<Buffer>): Promise<string> =>
  Buffer.concat(await Readable.from(bytes).toArray()).toString();

describe('the bytes of a body', () => {
  it('are cut out of it, wherever its chunks end', async () => {
    expect(await textOf(exactBytes(bodyOf('ab', 'cde', 'f'), 1, 4))).toBe('bcde');
    expect(await textOf(exactBytes(bodyOf('abcdef'), 0, 6))).toBe('abcdef');
    await expect(textOf(exactBytes(bodyOf('abc'), 1, 4))).rejects.toThrow('fewer bytes');
  });

  it('pass as they are up to the limit, and no further', async () => {
    expect(await textOf(atMost(bodyOf('ab', 'cd'), 4))).toBe('abcd');
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1_000);
      })(),
    );
    await expect(textOf(atMost(endless, 10_000))).rejects.toThrow('it is larger than 10000 bytes');
    expect(endless.destroyed).toBe(true);
  });
});
