/** Edits under a mask, file in and file out, with the golden model: what stays, stays bit for bit. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EditOptions, InversionOptions } from '@palimpsest/protocol';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { maskOf } from '../../daemon/src/imaging/mask.ts';
import { decodePicture, encodePng } from '../../daemon/src/imaging/picture.ts';
import { areaOfEdit, editInArea } from '../../daemon/src/jobs/editArea.ts';
import { placeOnCanvas } from '../../daemon/src/jobs/invertJob.ts';
import { InversionStore } from '../../daemon/src/store/inversionStore.ts';
import { MODEL } from '../golden.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-area-'));
const networks = new Networks(null);
const model = new StableDiffusion(MODEL, networks);
const store = new InversionStore(folder);
afterAll(async () => {
  await networks.dispose();
  rmSync(folder, { recursive: true });
});

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** RGBA of a file in its own numbers. */
const numbers = (file: Buffer) => sharp(file, { ignoreIcc: true }).ensureAlpha().raw().toBuffer();

/** A PNG whose every number is another, hidden colours below full transparency included. */
function layer(width: number, height: number, profile?: 'p3'): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 4);
  for (let i = 0; i < data.length; i++) data[i] = (i * 2654435761) >>> 24;
  // Where the alpha is 0 and where it is whole, too.
  for (let i = 3; i < data.length; i += 28) data[i] = i % 8 === 3 ? 0 : 255;
  const image = sharp(data, { raw: { width, height, channels: 4 } });
  return (profile === undefined ? image : image.withIccProfile(profile)).png().toBuffer();
}

/** A mask that is white in a box, and grey along its lower edge. */
function maskFile(width: number, height: number, box: Box): Promise<Buffer> {
  const data = Buffer.alloc(width * height);
  for (let y = box.top; y < box.top + box.height; y++) {
    const start = y * width + box.left;
    data.fill(y === box.top + box.height - 1 ? 128 : 255, start, start + box.width);
  }
  return sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

async function edit(source: Buffer, mask: Buffer | null, options: Partial<EditOptions>): Promise<Buffer> {
  const picture = await decodePicture(source);
  const edited = await editInArea(model, store, {
    picture,
    source: 'a dog',
    target: 'a tiger',
    inversion: InversionOptions.parse({ method: 'ddim', steps: 1 }),
    edit: EditOptions.parse(options),
    ...(mask === null ? {} : { mask: maskOf(picture, await decodePicture(mask)) }),
  });
  return encodePng(edited.picture);
}

/** How many numbers differ: colours within a box, colours outside of it, and alpha anywhere. */
async function differences(before: Buffer, after: Buffer, width: number, box: Box) {
  const [a, b] = [await numbers(before), await numbers(after)];
  expect(b.length).toBe(a.length);
  const count = { inside: 0, outside: 0, alpha: 0 };
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    const [x, y] = [(i >> 2) % width, Math.floor((i >> 2) / width)];
    const within = x >= box.left && x < box.left + box.width && y >= box.top && y < box.top + box.height;
    if (i % 4 === 3) count.alpha++;
    else if (within) count.inside++;
    else count.outside++;
  }
  return count;
}

const untouched = { inside: expect.any(Number), outside: 0, alpha: 0 };

describe('an edit under a mask', () => {
  it.each([
    ['the whole picture', undefined, 8],
    ['its surroundings', 0.5, 8],
    ['only itself, with a hard edge', 0, 0],
    ['its surroundings, softer than it is wide', 0.25, 64],
  ])('that is worked on with %s leaves every number outside, and all alpha', async (_, context, feather) => {
    const [width, height] = [301, 173];
    const box = { left: 97, top: 41, width: 71, height: 53 };
    const source = await layer(width, height);
    const options = { feather, ...(context === undefined ? {} : { context }) };
    const after = await edit(source, await maskFile(width, height, box), options);
    const found = await differences(source, after, width, box);
    expect(found).toEqual(untouched);
    expect(found.inside).toBeGreaterThan(1000);
  });

  it('keeps the colour profile of the file, and its numbers outside', async () => {
    const box = { left: 10, top: 10, width: 60, height: 60 };
    const source = await layer(131, 97, 'p3');
    const after = await edit(source, await maskFile(131, 97, box), { context: 0.3 });
    const [before, now] = [await sharp(source).metadata(), await sharp(after).metadata()];
    expect(before.icc).toBeDefined();
    expect(now.icc?.equals(before.icc!)).toBe(true);
    const found = await differences(source, after, 131, box);
    expect(found).toEqual(untouched);
    expect(found.inside).toBeGreaterThan(1000);
  });

  it.each([
    ['a line one pixel high', 300, 1, { left: 100, top: 0, width: 50, height: 1 }],
    ['a line one pixel wide', 1, 90, { left: 0, top: 0, width: 1, height: 45 }],
    ['a single pixel of it', 64, 64, { left: 63, top: 63, width: 1, height: 1 }],
    ['all of it', 65, 33, { left: 0, top: 0, width: 65, height: 33 }],
  ])('of %s gives back the size and what is outside', async (_, width, height, box) => {
    const source = await layer(width, height);
    for (const options of [{}, { context: 0.5 }]) {
      const after = await edit(source, await maskFile(width, height, box), options);
      expect(await differences(source, after, width, box)).toEqual(untouched);
    }
  });

  it('of a layer of 8,000 pixels leaves what is outside', async () => {
    const [width, height] = [8000, 3000];
    const box = { left: 3001, top: 1003, width: 601, height: 499 };
    const source = await layer(width, height);
    const after = await edit(source, await maskFile(width, height, box), { context: 0.5 });
    const found = await differences(source, after, width, box);
    expect(found).toEqual(untouched);
    expect(found.inside).toBeGreaterThan(100_000);
  });

  it('works at the best size of the model, whatever the size of the mask', async () => {
    const [width, height] = [2000, 1500];
    const picture = { width, height, rgb: new Uint8Array(width * height * 3) };
    for (const [box, canvas] of [
      [{ left: 900, top: 700, width: 100, height: 100 }, [128, 128]],
      [{ left: 0, top: 0, width: 800, height: 200 }, [192, 64]],
      [{ left: 500, top: 10, width: 40, height: 1480 }, [64, 256]],
    ] as const) {
      const mask = maskOf(picture, await decodePicture(await maskFile(width, height, box)));
      const words = { source: 'a dog', target: 'a tiger' };
      const inversion = InversionOptions.parse({});
      const area = areaOfEdit({
        picture,
        mask,
        ...words,
        inversion,
        edit: EditOptions.parse({ context: 0.1 }),
      });
      const placed = placeOnCanvas(model, area, inversion);
      expect([placed.canvas.width, placed.canvas.height]).toEqual(canvas);
    }
  });
});

describe('a mask whose black is not quite black', () => {
  const [width, height] = [160, 120];
  /** A disc with a soft edge, as levels from black to white. */
  const disc = (levels: (value: number) => number): Promise<Buffer> => {
    const data = Buffer.alloc(width * height);
    for (let i = 0; i < data.length; i++) {
      const away = Math.hypot((i % width) - 120, Math.floor(i / width) - 40) - 20;
      data[i] = levels(Math.round(255 * Math.min(Math.max(0.5 - away / 8, 0), 1)));
    }
    const raw = { width, height, channels: 1 } as const;
    return sharp(data, { raw }).toColourspace('b-w').png().toBuffer();
  };

  it.each([
    ['all of the picture', {}],
    ['its surroundings', { context: 0.25 }],
  ])('gives the same edit, bit for bit, worked on with %s', async (_, options) => {
    const source = await layer(width, height);
    const expected = await edit(source, await disc((value) => value), options);
    for (const black of [1, 4, 7]) {
      const nearly = await disc((value) => Math.min(Math.max(value, black), 255 - black));
      expect((await edit(source, nearly, options)).equals(expected)).toBe(true);
    }
  });

  it('gives the same edit where it is a layer that is transparent there', async () => {
    const source = await layer(width, height);
    const grey = await disc((value) => value);
    const white = sharp({ create: { width, height, channels: 3, background: '#fff' } });
    const painted = await white.joinChannel(grey).png().toBuffer();
    const options = { context: 0.25 };
    expect((await edit(source, painted, options)).equals(await edit(source, grey, options))).toBe(true);
  });
});

describe('an edit without a mask', () => {
  it('keeps alpha and profile, and pays no heed to the context', async () => {
    const source = await layer(131, 97, 'p3');
    const whole = { left: 0, top: 0, width: 131, height: 97 };
    const after = await edit(source, null, { context: 0.5 });
    expect(await differences(source, after, 131, whole)).toMatchObject({ alpha: 0 });
    expect((await sharp(after).metadata()).icc).toBeDefined();
    expect((await edit(source, null, {})).equals(after)).toBe(true);
  });
});
