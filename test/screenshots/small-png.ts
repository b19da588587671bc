import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const RGB = 3;
const MOST_COLOURS = 256;

/** A PNG of at most 256 colours, the most frequent ones: for pictures of pages, which have few. @param png as Chromium writes it */
export function smallPng(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const palette = mostFrequent(pixels);
  const indexOf = new Map(palette.map((colour, index) => [colour, index]));
  // Each line begins with the number of its filter: none.
  const lines = Buffer.alloc((width + 1) * height);
  for (let at = 0; at < width * height; at += 1) {
    const colour = pixels.readUIntBE(at * RGB, RGB);
    let index = indexOf.get(colour);
    if (index === undefined) {
      index = nearest(palette, colour);
      indexOf.set(colour, index);
    }
    lines[at + Math.floor(at / width) + 1] = index;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits for each pixel, which are an index of the palette.
  header.set([8, 3], 8);
  const colours = Buffer.alloc(palette.length * RGB);
  palette.forEach((colour, index) => colours.writeUIntBE(colour, index * RGB, RGB));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function mostFrequent(pixels: Buffer): number[] {
  const counts = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += RGB) {
    const colour = pixels.readUIntBE(at, RGB);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const byCount = [...counts].sort(([, a], [, b]) => b - a);
  return byCount.slice(0, MOST_COLOURS).map(([colour]) => colour);
}

function nearest(palette: readonly number[], colour: number): number {
  const distances = palette.map((one) => distance(one, colour));
  return distances.indexOf(Math.min(...distances));
}

function distance(a: number, b: number): number {
  return [16, 8, 0].reduce((sum, shift) => sum + (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2, 0);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(named, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

/** @throws {Error} when it is not a PNG of eight bits for each of red, green and blue, without alpha */
function decode(png: Buffer): { width: number; height: number; pixels: Buffer } {
  let width = 0;
  let height = 0;
  const parts: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length; at += png.readUInt32BE(at) + 12) {
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    if (type === 'IHDR') {
      [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
      if (data[8] !== 8 || data[9] !== 2) throw new Error('The PNG is not of 8 bits RGB');
    }
    if (type === 'IDAT') parts.push(data);
  }
  return { width, height, pixels: unfilter(inflateSync(Buffer.concat(parts)), width * RGB, height) };
}

/** Each byte is stored as its difference from a prediction, of which each line says the kind. */
function unfilter(lines: Buffer, length: number, height: number): Buffer {
  const pixels = Buffer.alloc(length * height);
  const byteAt = (line: number, column: number): number =>
    line < 0 || column < 0 ? 0 : (pixels[line * length + column] ?? 0);
  for (let line = 0; line < height; line += 1) {
    const start = line * (length + 1);
    const filter = lines[start] ?? 0;
    for (let column = 0; column < length; column += 1) {
      const left = byteAt(line, column - RGB);
      const up = byteAt(line - 1, column);
      const predictions = [0, left, up, (left + up) >> 1, paeth(left, up, byteAt(line - 1, column - RGB))];
      pixels[line * length + column] = (lines[start + 1 + column] ?? 0) + (predictions[filter] ?? 0);
    }
  }
  return pixels;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
