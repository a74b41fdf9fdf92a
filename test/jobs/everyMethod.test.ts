/** Every method of inverting under every method of editing: a picture, or a refusal in a sentence; in the panel and the CLI. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EditOptions, InversionOptions } from '@palimpsest/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { editCommand } from '../../daemon/src/cli/edit.ts';
import { decodePicture } from '../../daemon/src/imaging/picture.ts';
import { editPicture } from '../../daemon/src/jobs/editJob.ts';
import { EDITORS } from '../../daemon/src/methods/editors.ts';
import { INVERSIONS } from '../../daemon/src/methods/inversions.ts';
import { Networks } from '../../daemon/src/models/networks.ts';
import { StableDiffusion } from '../../daemon/src/models/stableDiffusion.ts';
import { InversionStore } from '../../daemon/src/store/inversionStore.ts';
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
    const reason = EDITORS[editor].notOn[method];
    if (reason !== undefined) {
      await expect(edited).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        message: expect.stringContaining(`is not defined on ${INVERSIONS[method].title}: ${reason}`),
      });
      return;
    }
    const { width, height, rgb } = (await edited).picture;
    expect([width, height]).toEqual([picture.width, picture.height]);
    expect(rgb.some((value, i) => value !== picture.rgb[i])).toBe(true);
  });
});

describe('every method can be chosen', () => {
  it('by a flag, and so can all that it takes', () => {
    const { options } = editCommand();
    const choices = (long: string) => options.find((option) => option.long === long)?.argChoices;
    expect(new Set(choices('--method'))).toEqual(new Set(inversions));
    expect(choices('--mode')).toEqual(['instant', 'careful']);
    expect(new Set(choices('--editor'))).toEqual(new Set(editors));
    const flags = new Set(options.map((option) => option.attributeName()));
    const taken = [
      ...Object.values(INVERSIONS).flatMap(({ stored, sampled }) => [...stored, ...sampled]),
      // Weights are given one at a time, as --weight, and intervals as --word-tau.
      ...Object.values(EDITORS).flatMap(({ gates, parameters }) => [...gates, ...parameters]),
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
