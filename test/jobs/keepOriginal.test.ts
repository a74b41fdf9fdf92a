/** Edits of the demo model's pictures, at sizes of their own: what comes back beside the change. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EditOptions, InversionOptions, type Notice } from '@palimpsest/protocol';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { decodePicture, encodePng, type Picture } from '../../daemon/src/imaging/picture.ts';
import { editPicture } from '../../daemon/src/jobs/editJob.ts';
import { noWordMaps } from '../../daemon/src/methods/siteMaps.ts';
import { InversionStore } from '../../daemon/src/store/inversionStore.ts';
import { heldOutScenes, pictureOf } from '../../models/demo/evaluate/scenes.ts';
import { fullCaption } from '../../models/demo/world/captions.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-keep-'));
const networks = new Networks(join(folder, 'graphs'));
const model = new StableDiffusion('models/demo/model', networks);
const store = new InversionStore(join(folder, 'inversions'));
afterAll(async () => {
  await networks.dispose();
  rmSync(folder, { recursive: true });
});

/** A red dog on a meadow: the ninth of the held-out scenes. */
const scene = [...take(heldOutScenes(), 9)].at(-1)!;
const source = fullCaption(scene);
const whole = await pictureOf(scene, 3);

function* take<T>(all: Iterable<T>, count: number): Generator<T> {
  let taken = 0;
  for (const one of all) {
    if (taken++ === count) return;
    yield one;
  }
}

async function edited(picture: Picture, target: string, options: Partial<EditOptions> = {}) {
  const notices: Notice[] = [];
  const { picture: result } = await editPicture(
    model,
    store,
    {
      ...{ picture, source, target },
      inversion: InversionOptions.parse({ mode: 'instant', steps: 10 }),
      edit: EditOptions.parse(options),
    },
    { onNotice: (notice) => notices.push(notice) },
  );
  return { result, codes: notices.map(({ code }) => code) };
}

/** Shares of the pixels that are the original's, of its numbers in its own colours. */
function identical(a: Uint8Array, b: Uint8Array): number {
  const same = (i: number) => [0, 1, 2].every((c) => a[3 * i + c] === b[3 * i + c]);
  const pixels = [...Array(a.length / 3).keys()];
  return pixels.filter(same).length / pixels.length;
}

describe('an edit of a word', () => {
  it('leaves most of a picture larger than the model as it is, which the whole of it does not', async () => {
    expect(source).toContain('red dog');
    const { result, codes } = await edited(whole, source.replace('red', 'purple'));
    expect(codes).toEqual([]);
    expect(identical(whole.rgb, result.rgb)).toBeGreaterThan(0.6);
    expect(identical(whole.rgb, result.rgb)).toBeLessThan(0.95);
    const { result: all } = await edited(whole, source.replace('red', 'purple'), { keep: 'nothing' });
    expect(identical(whole.rgb, all.rgb)).toBeLessThan(0.05);
  });

  it('leaves numbers of another colour space, and all transparency, as they are', async () => {
    const alpha = new Uint8Array(whole.width * whole.height).map((_, i) =>
      i % whole.width < 200 ? 255 : 90,
    );
    const file = await encodePng({ ...whole, alpha });
    const sharp = (await import('sharp')).default;
    const p3 = await decodePicture(await sharp(file).withIccProfile('p3').png().toBuffer());
    const { result } = await edited(p3, source.replace('red', 'purple'));
    expect(result.own!.icc).toEqual(p3.own!.icc);
    expect(identical(p3.own!.rgb, result.own!.rgb)).toBeGreaterThan(0.6);
    expect(result.alpha).toEqual(p3.alpha);
  });

  it('does not need the UNet to tell where words look', async () => {
    const predict = model.predict.bind(model);
    const asked: string[] = [];
    const spy = vi.spyOn(model, 'predict').mockImplementation(async (variant, request, given) => {
      asked.push(variant.name);
      if (variant.name === 'fineAttention') throw noWordMaps();
      return predict(variant, request, given);
    });
    const { result } = await edited(whole, source.replace('red', 'purple'));
    spy.mockRestore();
    expect(asked).toContain('fineAttention');
    expect(identical(whole.rgb, result.rgb)).toBeGreaterThan(0.4);
  });
});

it('an edit of the style changes all of the picture', async () => {
  const { result } = await edited(whole, `a pencil sketch of ${source}`);
  expect(identical(whole.rgb, result.rgb)).toBeLessThan(0.05);
});

it('a picture that the model cannot draw is told of', async () => {
  const noise = {
    ...whole,
    rgb: whole.rgb.map((_, i) => (Math.imul(Math.floor(i / 3) + (i % 3) * 977, 2654435761) >>> 16) & 255),
  };
  const { codes } = await edited(noise, source.replace('red', 'purple'));
  expect(codes).toContain('PICTURE_POORLY_SEEN');
});

it('an edit that changes nothing gives the original back, and says so', async () => {
  const { result, codes } = await edited(whole, source, {
    ...{ weights: [{ word: 'meadow', weight: 1.01 }], tauS: 1, tauC: 1, keepStrength: 1 },
  });
  expect(codes).toContain('CHANGE_NONE');
  expect(identical(whole.rgb, result.rgb)).toBe(1);
});
