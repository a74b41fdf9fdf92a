/** Cut-outs, with the golden model: what lies beneath full transparency decides nothing, and stays. */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EditOptions, InversionOptions, StyleOptions } from '@palimpsest/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import type { Mask } from '../../daemon/src/imaging/mask.ts';
import { decodePicture, encodePng, type Picture } from '../../daemon/src/imaging/picture.ts';
import { editInArea } from '../../daemon/src/jobs/editArea.ts';
import { addressInversion, invertPicture } from '../../daemon/src/jobs/invertJob.ts';
import { stylePicture } from '../../daemon/src/jobs/styleJob.ts';
import { wordMaps } from '../../daemon/src/jobs/wordMaps.ts';
import { InversionStore } from '../../daemon/src/store/inversionStore.ts';
import { GOLDEN, MODEL } from '../golden.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-hidden-'));
const networks = new Networks(null);
const model = new StableDiffusion(MODEL, networks);
afterAll(async () => {
  await networks.dispose();
  rmSync(folder, { recursive: true });
});

/** Of its own: an inversion that is found would hide that it came from another cut-out. */
const newStore = () => new InversionStore(mkdtempSync(join(folder, 'store-')));

type CutOut = Picture & { readonly alpha: Uint8Array };

/** A disc of a photograph with a soft edge, and what its file holds where nothing is to be seen. */
async function cutOut(hidden: ((i: number) => number) | null): Promise<CutOut> {
  const { width, height, rgb } = await decodePicture(join(GOLDEN, 'image_200x150.png'));
  const alpha = Uint8Array.from({ length: width * height }, (_, i) => {
    const away = Math.hypot((i % width) - 90, Math.floor(i / width) - 70) - 50;
    return Math.round(255 * Math.min(Math.max(0.5 - away / 6, 0), 1));
  });
  const held = rgb.map((own, i) => (alpha[Math.floor(i / 3)] === 0 && hidden !== null ? hidden(i) : own));
  // As a file, since that is how cut-outs come.
  return (await decodePicture(await encodePng({ width, height, rgb: held, alpha }))) as CutOut;
}
const cutOuts = (): Promise<CutOut[]> =>
  Promise.all([() => 0, () => 255, null, (i: number) => (i * 2654435761) >>> 24].map(cutOut));

/** Of these, the two that are furthest apart. */
const blackAndWhite = async (): Promise<CutOut[]> => (await cutOuts()).slice(0, 2);

/** The colours that can be seen. */
const visible = ({ rgb, alpha }: Picture): Uint8Array =>
  rgb.map((value, i) => (alpha?.[Math.floor(i / 3)] === 0 ? 0 : value));

/** White in a box that reaches over the edge of the disc. */
const mask: Mask = {
  ...{ width: 200, height: 150 },
  data: Uint8Array.from({ length: 200 * 150 }, (_, i) => {
    const [x, y] = [i % 200, Math.floor(i / 200)];
    return x >= 100 && x < 170 && y >= 40 && y < 90 ? 255 : 0;
  }),
};

const prompt = 'a dog';
const inversion = InversionOptions.parse({ method: 'ddim', steps: 1 });

/** Short, so that a failure is told at once. */
const digest = (...parts: readonly Uint8Array[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

async function expectAlike(work: (picture: CutOut) => Promise<unknown>, pictures = cutOuts()): Promise<void> {
  const [first, ...others] = await pictures;
  const expected = await work(first!);
  for (const other of others) expect(await work(other)).toEqual(expected);
}

describe('cut-outs that are the same to the eye', () => {
  it('have one address', () =>
    expectAlike(async (picture) => addressInversion(model, { picture, prompt, options: inversion }).id));

  it.each([
    ['all of it', undefined, {}],
    ['the part under a mask', mask, {}],
    ['the surroundings of a mask', mask, { context: 0.2 }],
  ])('give the same edit of %s', (_, where, options) =>
    expectAlike(async (picture) => {
      const edited = await editInArea(model, newStore(), {
        ...{ picture, source: prompt, target: 'a tiger', inversion },
        edit: EditOptions.parse(options),
        ...(where === undefined ? {} : { mask: where }),
      });
      return [edited.inverted.id, digest(edited.picture.alpha!, visible(edited.picture))];
    }),
  );

  it('keep what is hidden in them outside a mask', async () => {
    for (const picture of await cutOuts()) {
      const edited = await editInArea(model, newStore(), {
        ...{ picture, source: prompt, target: 'a tiger', inversion, mask },
        edit: EditOptions.parse({ context: 0.2 }),
      });
      const outside = ({ rgb }: Picture) => digest(rgb.filter((_, i) => mask.data[Math.floor(i / 3)] === 0));
      expect(outside(edited.picture)).toEqual(outside(picture));
    }
  });

  it('take the same style, and give it', () =>
    expectAlike(async (picture) => {
      const styled = await stylePicture(model, newStore(), {
        ...{ content: picture, source: prompt, style: picture, styleSource: prompt },
        inversion: InversionOptions.parse({ steps: 1, innerSteps: 1 }),
        options: StyleOptions.parse({}),
      });
      return [styled.inverted.id, digest(visible(styled.picture))];
    }, blackAndWhite()));

  it('are looked at alike by each word', () =>
    expectAlike(async (picture) => {
      const store = newStore();
      await invertPicture(model, store, { picture, prompt, options: inversion });
      const maps = await wordMaps(model, store, { picture, prompt, options: inversion });
      return digest(...maps.map((map) => map.picture.rgb));
    }));
});
