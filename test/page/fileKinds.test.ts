/** What is to be said of files when they are opened. */

import sharp from 'sharp';
import { expect, it } from 'vitest';
import { aboutBits, aboutSize } from '../../plugins/page/src/fileKinds.ts';

const teal = () => sharp({ create: { width: 16, height: 16, channels: 3, background: 'teal' } });

it('knows an AVIF and a PNG with more than 8 bits a channel by their headers', async () => {
  const avif = Uint8Array.from(await teal().avif().toBuffer());
  expect(aboutBits('It', avif)).toBeNull();
  // The encoder at hand makes none of 10 bits: the flag of its configuration says so here.
  const flags = Buffer.from(avif).indexOf('av1C') + 6;
  avif[flags] = avif[flags]! | 0x40;
  expect(aboutBits('It', avif)).toMatch(/^It has more than 8 bits/);
  expect(aboutBits('It', Uint8Array.from(await teal().png().toBuffer()))).toBeNull();
  const deep = await teal().toColourspace('rgb16').png().toBuffer();
  expect(aboutBits('It', Uint8Array.from(deep))).toMatch(/^It has more than 8 bits/);
});

it.each([
  [{ width: 1, height: 1 }, /^It is 1 × 1 pixels\. It needs at least 16/],
  [{ width: 20_000, height: 1 }, /^It is 20000 × 1 pixels: so thin/],
  [{ width: 16, height: 1 }, null],
  [{ width: 4000, height: 500 }, null],
])('says of %o whether it can be edited', (size, sentence) => {
  if (sentence === null) expect(aboutSize('It', size)).toBeNull();
  else expect(aboutSize('It', size)).toMatch(sentence);
});
