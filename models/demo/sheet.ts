/** @file Pictures beside each other with a caption below each, as one PNG. */

import { createRequire } from 'node:module';
import sharp from 'sharp';
import type { Picture } from '../../daemon/src/imaging/picture.ts';

export interface Captioned {
  readonly picture: Picture;
  readonly caption: string;
}

/** A bare machine has no fonts, so the sheet brings its own. */
const FONT = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
const GAP = 16;
const CAPTION_HEIGHT = 48;

/** The PNG of a sheet with as many columns; pictures are enlarged `scale` times without smoothing. */
export async function captionedSheet(
  tiles: readonly Captioned[],
  columns: number,
  scale: number,
): Promise<Buffer> {
  const [width, height] = ['width', 'height'].map((side) =>
    Math.max(...tiles.map(({ picture }) => picture[side as 'width' | 'height'] * scale)),
  ) as [number, number];
  const cell = { width: width + GAP, height: height + CAPTION_HEIGHT + GAP };
  const layers = await Promise.all(
    tiles.map(async (tile, i) => {
      const left = GAP + (i % columns) * cell.width;
      const top = GAP + Math.floor(i / columns) * cell.height;
      return [
        { input: await enlarged(tile.picture, scale), left, top },
        { input: await captionImage(tile.caption, width), left, top: top + height + 4 },
      ];
    }),
  );
  return sharp({
    create: {
      width: GAP + columns * cell.width,
      height: GAP + Math.ceil(tiles.length / columns) * cell.height,
      channels: 3,
      background: 'white',
    },
  })
    .composite(layers.flat())
    .png()
    .toBuffer();
}

function enlarged({ width, height, rgb }: Picture, scale: number): Promise<Buffer> {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(width * scale, height * scale, { kernel: 'nearest' })
    .png()
    .toBuffer();
}

function captionImage(caption: string, width: number): Promise<Buffer> {
  const escaped = caption.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  const text = { text: escaped, font: 'DejaVu Sans 12', fontfile: FONT, width, dpi: 72, rgba: true };
  return sharp({ text }).png().toBuffer();
}
