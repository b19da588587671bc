import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { smallPng } from '../screenshots/small-png.js';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

/** @param kind 2: RGB, 6: RGB with alpha @param lines each with its filter */
function png(width: number, height: number, kind: number, lines: number[]): Buffer {
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, height, 8, kind, 0, 0, 0]);
  const data = deflateSync(Buffer.from(lines));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function dataOf(image: Buffer, type: string): Buffer {
  const at = image.indexOf(type) + 4;
  return image.subarray(at, at + image.readUInt32BE(at - 8));
}

/** The colours of an image of the palette, line by line. */
function coloursOf(image: Buffer, width: number): string[][] {
  const palette = dataOf(image, 'PLTE').toString('hex').match(/.{6}/gu) ?? [];
  const lines = inflateSync(dataOf(image, 'IDAT'));
  return Array.from({ length: lines.length / (width + 1) }, (_, line) =>
    [...lines.subarray(line * (width + 1) + 1, (line + 1) * (width + 1))].map(
      (index) => palette[index] ?? '',
    ),
  );
}

describe('a small PNG', () => {
  // The same two colours in each line, stored by each of the filters: none, left, up, mean, Paeth.
  const lines = [
    [0, 10, 20, 30, 40, 50, 60],
    [1, 10, 20, 30, 30, 30, 30],
    [2, 0, 0, 0, 0, 0, 0],
    [3, 5, 10, 15, 15, 15, 15],
    [4, 0, 0, 0, 0, 0, 0],
  ].flat();

  it('has the colours of the picture, whichever filter its lines have', () => {
    const image = smallPng(png(2, 5, 2, lines));
    expect(coloursOf(image, 2)).toEqual(Array.from({ length: 5 }, () => ['0a141e', '28323c']));
  });

  it('has at most 256 colours, and the nearest one in place of others', () => {
    const pixels = Array.from({ length: 200 }, (_, index) => [index, 0, 0, index, 100, 0]).flat();
    const image = smallPng(png(200, 2, 2, [0, ...pixels.slice(0, 600), 0, ...pixels.slice(600)]));
    expect(dataOf(image, 'PLTE')).toHaveLength(256 * 3);
    expect(coloursOf(image, 200).flat()).toHaveLength(400);
  });

  it('is refused with alpha', () => {
    expect(() => smallPng(png(1, 1, 6, [0, 1, 2, 3, 4]))).toThrow('RGB');
  });
});
