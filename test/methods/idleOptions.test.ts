/** What the protocol tells forms about options that change nothing, against what the methods do. */

import {
  EditOptions,
  type EditorName,
  type InversionName,
  InversionOptions,
  lackOf,
  StyleOptions,
} from '@palimpsest/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { planEdit } from '../../daemon/src/jobs/editPlan.ts';
import { EDITORS, resolveEdit } from '../../daemon/src/methods/editors.ts';
import type { Inversion } from '../../daemon/src/methods/inversion.ts';
import { INVERSIONS, resolveInversion } from '../../daemon/src/methods/inversions.ts';
import type { Tensor } from '../../daemon/src/tensor/tensor.ts';
import { golden, MODEL } from '../golden.ts';

const networks = new Networks(null);
const model = new StableDiffusion(MODEL, networks);
afterAll(() => networks.dispose());

const prompts = { source: 'a black and white dog', target: 'a black and white tiger' };
const steps = 3;
let embeddings: { readonly source: Tensor; readonly target: Tensor; readonly unconditional: Tensor };
beforeAll(async () => {
  embeddings = {
    source: await model.encodePrompt(prompts.source),
    target: await model.encodePrompt(prompts.target),
    unconditional: await model.encodePrompt(''),
  };
});

const optionsOf = (method: InversionName, more: Partial<InversionOptions> = {}) =>
  InversionOptions.parse({ steps, method, innerSteps: 1, ...more });

function invert(options: InversionOptions): Promise<Inversion> {
  const resolved = resolveInversion(options);
  return INVERSIONS[resolved.method].invert(
    model,
    {
      latent: golden('vae')('latent'),
      prompt: embeddings.source,
      unconditional: embeddings.unconditional,
      imageTokens: async () => (await model.encodeImageTokens(golden('image_encoder')('image_pm1'))).tokens,
      options: resolved,
    },
    {},
    async () => {},
  );
}

async function edited(editor: EditorName, seed: number): Promise<Tensor> {
  const options = EditOptions.parse({ editor });
  const resolved = resolveInversion(optionsOf('ddim'));
  const path = await INVERSIONS.ddim.path(model, await invert(optionsOf('ddim')), embeddings, resolved);
  const { words, cross } = planEdit(model.tokenizer, prompts, options, steps);
  const request = {
    path,
    ...embeddings,
    words,
    cross,
    steps,
    guidance: 7.5,
    seed,
    options: resolveEdit(options),
  };
  let last: Tensor | null = null;
  for await (const { latents } of EDITORS[editor].edit(model, request, {})) last = latents;
  return last!;
}

const numbersOf = ({ latents, learned }: Inversion) =>
  [...latents, ...(learned?.parameters ?? [])].map(({ data }) => [...data]);

describe('an option that changes nothing', () => {
  it.each(Object.keys(INVERSIONS) as InversionName[])(
    'is tau_v where %s learns nothing that goes with the words, and the seed where it draws nothing',
    async (method) => {
      const [first, second] = [await invert(optionsOf(method)), await invert(optionsOf(method, { seed: 1 }))];
      const inversion = optionsOf(method);
      const edit = EditOptions.parse({});
      const path = await INVERSIONS[method].path(model, first, embeddings, resolveInversion(inversion));
      const given = await path.conditional(0, embeddings.target);
      const isPlain = [given.keyContext, given.valueContext].every((one) => one === embeddings.target);
      expect(lackOf('tauV', { inversion, edit })).toBe(isPlain ? 'learning' : null);
      const isSame = JSON.stringify(numbersOf(first)) === JSON.stringify(numbersOf(second));
      expect(lackOf('seed', { inversion, edit })).toBe(isSame ? 'chance' : null);
    },
  );

  it.each(Object.keys(EDITORS) as EditorName[])('is the seed where %s draws nothing', async (editor) => {
    const [first, second] = [await edited(editor, 0), await edited(editor, 1)];
    const chosen = { inversion: optionsOf('ddim'), edit: EditOptions.parse({ editor }) };
    const isSame = JSON.stringify([...first.data]) === JSON.stringify([...second.data]);
    expect(lackOf('seed', chosen)).toBe(isSame ? 'chance' : null);
  });

  it('is one of another method, or of what is not there', () => {
    const quick = InversionOptions.parse({ mode: 'instant' });
    const edit = EditOptions.parse({});
    const style = StyleOptions.parse({ words: 'style' });
    const blend = { source: ['dog'], target: ['tiger'] };
    expect(lackOf('tauU', { inversion: quick, edit: { ...edit, editor: 'p2p' } })).toBe('editor');
    expect(lackOf('learn', { inversion: quick, edit })).toBe('inversion');
    expect(lackOf('feather', { inversion: quick, edit })).toBe('edge');
    expect(lackOf('context', { inversion: quick, edit })).toBe('mask');
    expect(lackOf('subtract', { inversion: quick, edit: { ...edit, subtract: blend } })).toBe('blend');
    expect(lackOf('feather', { inversion: quick, edit, masked: true })).toBeNull();
    expect(lackOf('blendThreshold', { inversion: quick, edit })).toBe('blend');
    expect(lackOf('blendThreshold', { inversion: quick, edit: { ...edit, blend } })).toBeNull();
    expect(lackOf('subtractThreshold', { inversion: quick, edit })).toBe('subtract');
    expect(lackOf('styleAfter', { inversion: quick, style })).toBe('bothWords');
    expect(lackOf('guidance', { inversion: quick, edit })).toBeNull();
  });
});
