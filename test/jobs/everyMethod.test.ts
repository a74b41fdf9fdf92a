/** Every method of inverting under every method of editing: a picture, or a refusal in a sentence; in the panel and the CLI. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EDIT_METHODS,
  EditOptions,
  INVERSION_METHODS,
  InversionOptions,
  StyleOptions,
} from '@palimpsest/protocol';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { editCommand } from '../../daemon/src/cli/edit.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { decodePicture } from '../../daemon/src/imaging/picture.ts';
import { editPicture } from '../../daemon/src/jobs/editJob.ts';
import { invertPicture } from '../../daemon/src/jobs/invertJob.ts';
import { stylePicture } from '../../daemon/src/jobs/styleJob.ts';
import { EDITORS } from '../../daemon/src/methods/editors.ts';
import { INVERSIONS } from '../../daemon/src/methods/inversions.ts';
import { InversionStore } from '../../daemon/src/store/inversionStore.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';
import { optionFields } from '../../plugins/panel/src/model/optionFields.ts';
import { GOLDEN, MODEL } from '../golden.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-methods-'));
const networks = new Networks(null);
const model = new StableDiffusion(MODEL, networks);
const store = new InversionStore(folder);
afterAll(async () => {
  await networks.dispose();
  rmSync(folder, { recursive: true });
});

const inversions = Object.keys(INVERSIONS) as (keyof typeof INVERSIONS)[];
const editors = Object.keys(EDITORS) as (keyof typeof EDITORS)[];
const pairs = inversions.flatMap((method) => editors.map((editor) => [method, editor] as const));

describe('every editor on every inversion', () => {
  it.each(pairs)('%s, %s', async (method, editor) => {
    const picture = await decodePicture(join(GOLDEN, 'image.png'));
    const edited = editPicture(model, store, {
      picture,
      source: 'a black and white dog',
      target: 'a black and white tiger',
      inversion: InversionOptions.parse({ method, steps: 4, innerSteps: 1 }),
      edit: EditOptions.parse({ editor }),
    });
    const reason = EDIT_METHODS[editor].notOn[method];
    if (reason !== undefined) {
      await expect(edited).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        message: expect.stringContaining(`is not defined on ${INVERSION_METHODS[method].title}: ${reason}`),
      });
      return;
    }
    const { width, height, rgb } = (await edited).picture;
    expect([width, height]).toEqual([picture.width, picture.height]);
    expect(rgb.some((value, i) => value !== picture.rgb[i])).toBe(true);
  });
});

describe('what only some methods meet', () => {
  const edit = async (
    inversion: Partial<InversionOptions>,
    { source = 'a dog', target = 'a tiger', editor = 'p2plus' }: Partial<Words> = {},
  ) =>
    editPicture(model, store, {
      picture: await decodePicture(join(GOLDEN, 'image.png')),
      source,
      target,
      inversion: InversionOptions.parse({ steps: 4, ...inversion }),
      edit: EditOptions.parse({ editor }),
    });
  interface Words {
    readonly source: string;
    readonly target: string;
    readonly editor: EditOptions['editor'];
  }

  it('an empty source prompt, on the way from it to the empty prompt', async () => {
    const { picture } = await edit({ method: 'negativePrompt', towardsEmpty: 0.5 }, { source: '' });
    expect(new Set(picture.rgb).size).toBeGreaterThan(20);
  });

  it('too few steps to leave out two of them', async () => {
    await expect(edit({ method: 'regularized', steps: 2 })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('needs at least 3 steps, not 2'),
    });
  });

  it('prompts that fit, and leave no room for a sentence around them', async () => {
    // Of 77 tokens two are the start and the end.
    const long = (letter: string) => Array.from({ length: 75 }, () => letter).join(' ');
    const words = { source: long('a'), target: long('i'), editor: 'pix2pixZero' } as const;
    const { picture } = await edit({ method: 'ddim' }, words);
    expect(new Set(picture.rgb).size).toBeGreaterThan(20);
  });

  it('arithmetic that leaves its range: nothing of it is drawn or kept', async () => {
    const kept = readdirSync(folder);
    const nowhere = Object.assign(Object.create(model), { encodePicture: async () => outOfRange });
    const request = { picture: await decodePicture(join(GOLDEN, 'image.png')), prompt: 'a dog' };
    const options = InversionOptions.parse({ method: 'ddim', steps: 5 });
    await expect(invertPicture(nowhere, store, { ...request, options })).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining('--precision fp32'),
    });
    expect(readdirSync(folder)).toEqual(kept);
  });

  it("a profile of the content's, whose style is changed", async () => {
    const example = sharp(join(GOLDEN, 'image.png'));
    const content = await decodePicture(await example.withIccProfile('p3').png().toBuffer());
    const { picture } = await stylePicture(model, store, {
      content,
      source: 'a dog',
      style: content,
      styleSource: 'a dog',
      inversion: InversionOptions.parse({ steps: 2, innerSteps: 1 }),
      options: StyleOptions.parse({}),
    });
    expect(content.own).toBeDefined();
    expect(picture.own?.icc).toEqual(content.own?.icc);
  });
});

/** A latent of the golden model's size that no step leads back from. */
const outOfRange = tensor([1, 4, 16, 16], new Float32Array(1024).fill(Number.POSITIVE_INFINITY));

describe('every method can be chosen', () => {
  it('by a flag, and so can all that it takes', () => {
    const { options } = editCommand();
    const choices = (long: string) => options.find((option) => option.long === long)?.argChoices;
    expect(new Set(choices('--method'))).toEqual(new Set(inversions));
    expect(choices('--mode')).toEqual(['instant', 'careful']);
    expect(new Set(choices('--editor'))).toEqual(new Set(editors));
    const flags = new Set(options.map((option) => option.attributeName()));
    const taken = [
      ...Object.values(INVERSIONS).flatMap(({ stored }) => stored),
      // Weights are given one at a time, as --weight, and intervals as --word-tau.
      ...[...Object.values(INVERSION_METHODS), ...Object.values(EDIT_METHODS)].flatMap(({ options }) =>
        Object.keys(options),
      ),
    ].map((name) => ({ weights: 'weight', wordTaus: 'wordTau' })[name as string] ?? name);
    expect(taken.filter((name) => !flags.has(name))).toEqual([]);
  });

  it("in the panel's advanced fields", () => {
    const choices = (fields: ReturnType<typeof optionFields>, key: string) => {
      const field = fields.find((field) => field.key === key);
      return field?.type === 'choice' ? field.choices : [];
    };
    expect(new Set(choices(optionFields(InversionOptions), 'method'))).toEqual(new Set(inversions));
    expect(choices(optionFields(InversionOptions), 'mode')).toEqual(['instant', 'careful']);
    expect(new Set(choices(optionFields(EditOptions), 'editor'))).toEqual(new Set(editors));
  });
});
