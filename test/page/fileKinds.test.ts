/** Which files lose bits when a browser opens them. */

import sharp from 'sharp';
import { expect, it } from 'vitest';
import { losesBits } from '../../plugins/page/src/fileKinds.ts';

const teal = () => sharp({ create: { width: 16, height: 16, channels: 3, background: 'teal' } });

it('knows an AVIF with 10 bits a channel by its header, and loses none of a PNG', async () => {
  const avif = Uint8Array.from(await teal().avif().toBuffer());
  expect(losesBits(avif)).toBe(false);
  // The encoder at hand makes none of 10 bits: the flag of its configuration says so here.
  const flags = Buffer.from(avif).indexOf('av1C') + 6;
  avif[flags] = avif[flags]! | 0x40;
  expect(losesBits(avif)).toBe(true);
  expect(losesBits(Uint8Array.from(await teal().toColourspace('rgb16').png().toBuffer()))).toBe(false);
});
