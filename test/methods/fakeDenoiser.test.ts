/** Each algorithm against a denoiser of three lines: what its paper's equations say of it, and no network loaded. */

import {
  EditOptions,
  type EditorName,
  type InversionName,
  InversionOptions,
  StyleOptions,
} from '@palimpsest/protocol';
import { describe, expect, it, vi } from 'vitest';
import {
  ddimInversion,
  ddimSampling,
  guide,
  promptContexts,
} from '../../daemon/src/methods/ddimTrajectory.ts';
import type { EditRequest } from '../../daemon/src/methods/editor.ts';
import { EDITORS, resolveEdit } from '../../daemon/src/methods/editors.ts';
import type { Inversion } from '../../daemon/src/methods/inversion.ts';
import { INVERSIONS, resolveInversion } from '../../daemon/src/methods/inversions.ts';
import { negativeEmbedding } from '../../daemon/src/methods/negativePrompt.ts';
import { regularize } from '../../daemon/src/methods/noiseRegularization.ts';
import { plainPath } from '../../daemon/src/methods/path.ts';
import { styleTransfer } from '../../daemon/src/methods/styleTransfer.ts';
import { textToImage } from '../../daemon/src/methods/textToImage.ts';
import { combine } from '../../daemon/src/networks/noiseSchedule.ts';
import { add, scale } from '../../daemon/src/tensor/arithmetic.ts';
import { normalTensor, uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { row, type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { relativeError } from '../golden.ts';
import { FakeDenoiser, said, saying, TOKENS } from './fakeDenoiser.ts';

// Whatever comes near the runtime fails: no algorithm imports it.
vi.mock('../../daemon/src/execution/onnxRuntime.ts', () => {
  throw new Error('a method loads the runtime');
});

const STEPS = 5;
const latent = normalTensor([1, 4, 8, 8], uniformGenerator(1));
const source = saying(0.5);
const target = saying(0.53);
const unconditional = saying(0.4);
const embeddings = { source, unconditional };
/** The stop rule is reached within this of an optimum; the prompts are 0.1 apart. */
const NEAR = 0.03;
/** Two orders of float32 differ by less. */
const SAME = 1e-5;

const resolved = (method: InversionName, options: Partial<InversionOptions> = {}) =>
  resolveInversion(InversionOptions.parse({ steps: STEPS, method, ...options }));

function invert(model: FakeDenoiser, method: InversionName, asked: Partial<InversionOptions> = {}) {
  const options = resolved(method, asked);
  const imageTokens = async () => tensor([1, 7, 2]);
  const request = { latent, prompt: source, unconditional, imageTokens, options };
  return INVERSIONS[method].invert(model, request, {}, async () => {});
}

const pathOf = (
  model: FakeDenoiser,
  method: InversionName,
  inversion: Inversion,
  options: Partial<InversionOptions> = {},
) => INVERSIONS[method].path(model, inversion, embeddings, resolved(method, options));

/** The source's own sampling along an inversion. */
async function reconstruct(model: FakeDenoiser, method: InversionName, inversion: Inversion, guidance = 7.5) {
  const path = await pathOf(model, method, inversion);
  const contexts = async (step: number) => ({
    conditional: await path.conditional(step, source),
    unconditional: path.unconditional(step),
  });
  const start = path.latents.at(-1)!;
  return (await ddimSampling(model, { latent: start, contexts, steps: STEPS, guidance })).at(-1)!;
}

/** Where steps by a noise that does not depend on the latent lead. */
function walk(model: FakeDenoiser, start: Tensor, noise: (step: number) => number, first = 0): Tensor {
  return model.schedule
    .timesteps(STEPS)
    .slice(first)
    .reduce((z, timestep, i) => {
      const e = tensor(z.shape, new Float32Array(z.data.length).fill(noise(first + i)));
      return combine(model.schedule.towardsPicture(timestep, STEPS), z, e);
    }, start);
}

const counts = ({ evaluations }: FakeDenoiser): Record<string, number[]> => {
  const byVariant: Record<string, number[]> = {};
  for (const { variant, rows } of evaluations) byVariant[variant] = [...(byVariant[variant] ?? []), rows];
  return byVariant;
};

const times = (count: number, rows: number): number[] => new Array<number>(count).fill(rows);

describe('DDIM', () => {
  it('inverts what it samples, where the noise does not hang on the latent', async () => {
    const model = new FakeDenoiser();
    const { latents } = await invert(model, 'ddim');
    expect(latents).toHaveLength(STEPS + 1);
    expect(latents[0]).toEqual(latent);
    const contexts = promptContexts(source, unconditional);
    const back = await ddimSampling(model, { latent: latents.at(-1)!, contexts, steps: STEPS, guidance: 1 });
    expect(relativeError(back.at(-1)!, latent)).toBeLessThan(SAME);
    expect(counts(model)).toEqual({ noise: times(2 * STEPS, 1) });
  });

  it('goes step by step by equation 3: z* is multiplied where the noise is a multiple of it', async () => {
    const model = new FakeDenoiser(0.3);
    const nothing = saying(0);
    const predict = (z: Tensor, timestep: number) =>
      model.predictNoise({ latent: z, timestep, keyContext: nothing });
    const latents = await ddimInversion(model, latent, STEPS, predict);
    const factor = model.schedule.timesteps(STEPS).reduce((product, timestep) => {
      const step = model.schedule.towardsNoise(timestep, STEPS);
      return product * (step.latent + step.noise * 0.3);
    }, 1);
    expect(relativeError(latents.at(-1)!, scale(latent, factor))).toBeLessThan(SAME);
  });

  it('is guided from the unconditional prediction through the conditional one and beyond', async () => {
    const model = new FakeDenoiser();
    const contexts = promptContexts(source, unconditional);
    const sampled = await ddimSampling(model, { latent, contexts, steps: STEPS, guidance: 7.5 });
    const noise = 0.4 + 7.5 * (0.5 - 0.4);
    expect(
      relativeError(
        sampled.at(-1)!,
        walk(model, latent, () => noise),
      ),
    ).toBeLessThan(SAME);
    expect(said(guide(saying(1), saying(2), 3))).toBe(4);
  });

  it('draws from noise', async () => {
    const model = new FakeDenoiser();
    const asked = { width: 64, height: 128, steps: STEPS, guidance: 7.5, seed: 3 };
    const drawn = await textToImage(model, { ...asked, prompt: 'a cat', negativePrompt: '' });
    expect(drawn.shape).toEqual([1, 4, 16, 8]);
    const noise = normalTensor([1, 4, 16, 8], uniformGenerator(3));
    expect(
      relativeError(
        drawn,
        walk(model, noise, () => 7.5 * 0.5),
      ),
    ).toBeLessThan(SAME);
    expect(counts(model)).toEqual({ noise: times(STEPS, 2) });
  });
});

describe('the inversions', () => {
  it.each(Object.keys(INVERSIONS) as InversionName[])(
    '%s gives a trajectory of the right shapes that starts at the picture',
    async (method) => {
      // Regularising takes noise that is near to a normal one, as the latent is.
      const model = new FakeDenoiser(1);
      const { latents } = await invert(model, method, { innerSteps: 1 });
      expect(latents[0]).toEqual(latent);
      for (const { shape } of latents) expect(shape).toEqual(latent.shape);
      const isShorter = method === 'regularized';
      expect(latents).toHaveLength(isShorter ? STEPS - 1 : STEPS + 1);
      const path = await pathOf(model, method, { latents, learned: (await invert(model, method)).learned });
      expect((await path.conditional(0, target)).keyContext.shape).toEqual(target.shape);
      expect(path.unconditional(0).shape).toEqual(target.shape);
    },
  );

  it('null-text moves the unconditional branch to where guidance leaves the source alone', async () => {
    const model = new FakeDenoiser();
    const inversion = await invert(model, 'nullText', { innerSteps: 200, earlyStopEpsilon: 0 });
    // e_u + w (e_c - e_u) = e_c for every w where e_u = e_c.
    for (const parameters of inversion.learned!.parameters)
      expect(Math.abs(said(parameters) - 0.5)).toBeLessThan(NEAR);
    expect(relativeError(await reconstruct(model, 'nullText', inversion), latent)).toBeLessThan(0.02);
    const plain = await reconstruct(model, 'ddim', inversion);
    expect(relativeError(plain, latent)).toBeGreaterThan(0.2);
    expect(counts(model).recording).toBeUndefined();
    expect(model.released).toEqual(['innerIteration']);
  });

  it('StyleDiffusion moves the values to where guidance leaves the source alone', async () => {
    const model = new FakeDenoiser();
    const options = { innerSteps: 200, earlyStopEpsilon: 0, attentionLoss: false };
    const inversion = await invert(model, 'styleDiffusion', options);
    const path = await pathOf(model, 'styleDiffusion', inversion);
    for (let step = 0; step < STEPS; step++) {
      const { keyContext, valueContext } = await path.conditional(step, source);
      expect(keyContext).toEqual(source);
      // e_u + w (e_l - e_u) = e_c
      const optimum = 0.4 + (0.5 - 0.4) / 7.5;
      expect(Math.abs(said(valueContext) - optimum)).toBeLessThan(NEAR);
    }
    expect(relativeError(await reconstruct(model, 'styleDiffusion', inversion), latent)).toBeLessThan(0.03);
  });

  it('StyleDiffusion evaluates a recording, then a timestep twice beside its iterations', async () => {
    const model = new FakeDenoiser();
    await invert(model, 'styleDiffusion', { innerSteps: 2, earlyStopEpsilon: 0 });
    const { recording, noise, innerIteration } = counts(model);
    expect(recording).toEqual(times(STEPS, 1));
    expect(noise).toEqual(times(2 * STEPS, 1));
    expect(innerIteration!.length).toBeGreaterThanOrEqual(STEPS);
    expect(innerIteration!.length).toBeLessThanOrEqual(2 * STEPS);
  });

  it('negative-prompt inversion leaves the source alone whatever the guidance', async () => {
    const model = new FakeDenoiser();
    const inversion = await invert(model, 'negativePrompt');
    expect(relativeError(await reconstruct(model, 'negativePrompt', inversion), latent)).toBeLessThan(SAME);
    // Half of the way back to the empty prompt along the sphere: both say one number, so they lie on a ray.
    expect(said(negativeEmbedding(source, unconditional, 0.5))).toBeCloseTo(0.45, 5);
  });

  it("pix2pix-zero's steps by the regularised noise", async () => {
    const model = new FakeDenoiser(0.5);
    const { latents } = await invert(model, 'regularized', { seed: 7 });
    const uniform = uniformGenerator(7);
    const [, timestep = 0] = model.schedule.timesteps(STEPS).reverse();
    const noise = await model.predictNoise({ latent, timestep, keyContext: source });
    const regular = regularize(noise, (limit) => Math.floor(uniform() * limit));
    expect(latents[1]).toEqual(combine(model.schedule.beyond(timestep, STEPS), latent, regular));
  });
});

/** An edit's steps. */
async function edit(
  model: FakeDenoiser,
  editor: EditorName,
  method: InversionName,
  { blend, ...options }: Partial<EditOptions> & { readonly mask?: Tensor } = {},
  guidance = 7.5,
) {
  const { mask, ...asked } = options;
  const path = await pathOf(model, method, await invert(new FakeDenoiser(), method));
  const ones = (...shape: number[]) => {
    const all = tensor(shape);
    all.data.fill(1);
    return all;
  };
  const request: EditRequest = {
    path,
    source,
    target,
    words: { removed: 'dog', added: 'tiger' },
    steps: STEPS,
    guidance,
    options: resolveEdit(EditOptions.parse({ editor, ...asked })),
    cross: {
      mapper: ones(TOKENS, TOKENS),
      alphas: ones(TOKENS),
      equalizer: ones(TOKENS),
      timeAlphas: ones(STEPS + 1, TOKENS),
      manner: 'exact',
    },
    seed: 0,
    ...(mask ? { mask } : {}),
  };
  const steps: Tensor[] = [];
  for await (const { latents } of EDITORS[editor].edit(model, request, {})) steps.push(latents);
  return { path, steps, source: row(steps.at(-1)!, 0), target: row(steps.at(-1)!, 1) };
}

/** Rows of each evaluation on DDIM, by variant, with the defaults; all that is added to the table has to be here. */
const EVALUATIONS: Readonly<Record<EditorName, Readonly<Record<string, readonly number[]>>>> = {
  p2plus: { controlled: times(STEPS, 4) },
  p2p: { controlled: times(STEPS, 4) },
  masaCtrl: { controlled: times(STEPS, 4) },
  // At the first step the empty prompt counts alone, and at the last the negative one.
  plugAndPlay: { injected: [3, ...times(STEPS - 2, 4), 3] },
  pix2pixZero: { allMaps: times(STEPS, 1), attentionGradient: times(STEPS, 2), noise: times(STEPS, 2) },
  wordSwap: { noise: times(STEPS, 2) },
  sdedit: { noise: times(4, 2) },
};

/** With a noise that does not hang on the latent, an edit on DDIM is the guided walk of the target from the same start. */
const guided = 0.4 + 7.5 * (0.53 - 0.4);

describe('the editors', () => {
  it.each(Object.entries(EVALUATIONS))('%s evaluates so many rows', async (editor, evaluations) => {
    const model = new FakeDenoiser();
    const { target: edited } = await edit(model, editor as EditorName, 'ddim');
    expect(edited.shape).toEqual(latent.shape);
    expect(counts(model)).toEqual(evaluations);
  });

  it.each(['p2plus', 'p2p', 'masaCtrl', 'wordSwap'] as const)(
    '%s walks the guided target',
    async (editor) => {
      const model = new FakeDenoiser();
      const { path, target: edited } = await edit(model, editor, 'ddim');
      expect(
        relativeError(
          edited,
          walk(model, path.latents.at(-1)!, () => guided),
        ),
      ).toBeLessThan(SAME);
    },
  );

  it.each(['p2plus', 'p2p', 'masaCtrl', 'plugAndPlay', 'pix2pixZero', 'wordSwap'] as const)(
    '%s on direct inversion puts the source back on the trajectory',
    async (editor) => {
      const { path, steps } = await edit(new FakeDenoiser(0.2), editor, 'direct');
      const isFollowed = steps.filter((_, i) => editor !== 'plugAndPlay' || i === 0);
      expect(isFollowed.length).toBeGreaterThan(0);
      for (const [i, latents] of steps.entries()) {
        // Plug-and-Play lets the source stand once nothing is injected any more.
        const at = editor === 'plugAndPlay' ? Math.max(STEPS - 1 - i, 0) : STEPS - 1 - i;
        expect(row(latents, 0)).toEqual(path.latents[at]);
      }
    },
  );

  it.each(Object.keys(EDITORS) as EditorName[])('%s changes nothing outside a mask', async (editor) => {
    const mask = tensor([1, 1, 8, 8]);
    mask.data.fill(1, 0, 32);
    const { source: kept, target: edited } = await edit(new FakeDenoiser(), editor, 'direct', { mask });
    const half = (x: Tensor, of: number) => [...x.data.subarray(32 * of, 32 * (of + 1))];
    expect(half(edited, 1)).toEqual(half(kept, 1));
    expect(half(edited, 0)).not.toEqual(half(kept, 0));
  });

  it('masaCtrl starts at the official tenth transformer of Stable Diffusion', async () => {
    const model = new FakeDenoiser();
    await edit(model, 'masaCtrl', 'ddim');
    expect(model.evaluations[0]!.options).toEqual(['none', { take: 'keysAndValues', from: 10 }]);
  });

  it('proximal guidance takes differences away that are all equally small', async () => {
    const model = new FakeDenoiser();
    const { path, target: edited } = await edit(model, 'p2plus', 'proximal');
    // Without them, the negative branch leads: the source's prompt.
    expect(
      relativeError(
        edited,
        walk(model, path.latents.at(-1)!, () => 0.5),
      ),
    ).toBeLessThan(SAME);
    expect(relativeError(edited, latent)).toBeLessThan(SAME);
  });

  it('plugAndPlay is led away from both the negative and the empty prompt, as alpha falls', async () => {
    const model = new FakeDenoiser();
    const { path, target: edited } = await edit(model, 'plugAndPlay', 'ddim', { negativeAlpha: 1 });
    const noise = (step: number) => {
      const alpha = 1 - step / (STEPS - 1);
      const away = alpha * 0.4 + (1 - alpha) * 0.5;
      return away + 7.5 * (0.53 - away);
    };
    expect(relativeError(edited, walk(model, path.latents.at(-1)!, noise))).toBeLessThan(SAME);
  });

  it('pix2pix-zero walks by the moved prompt, from where the gradient moved the latent to', async () => {
    const model = new FakeDenoiser();
    const direction = (5 - 3) / 10;
    const noise = () => 0.5 + 7.5 * direction;
    const still = await edit(model, 'pix2pixZero', 'ddim');
    expect(relativeError(still.target, walk(model, still.path.latents.at(-1)!, noise))).toBeLessThan(SAME);

    model.attentionGradient = 2;
    const moved = await edit(model, 'pix2pixZero', 'ddim', { attentionRate: 0.1 });
    const start = moved.path.latents.at(-1)!;
    const pull = tensor(start.shape, new Float32Array(start.data.length).fill(-0.2));
    const [timestep = 0] = model.schedule.timesteps(STEPS);
    const e = tensor(start.shape, new Float32Array(start.data.length).fill(noise()));
    const expected = combine(model.schedule.towardsPicture(timestep, STEPS), add(start, pull), e);
    expect(relativeError(row(moved.steps[0]!, 1), expected)).toBeLessThan(SAME);
  });

  it('SDEdit walks the last part of the steps from the noised picture', async () => {
    const model = new FakeDenoiser();
    const { target: edited } = await edit(model, 'sdedit', 'ddim', { strength: 0.6 });
    const first = STEPS - 3;
    const noise = normalTensor(latent.shape, uniformGenerator(0));
    const noised = model.schedule.addNoise(latent, noise, model.schedule.timesteps(STEPS)[first]!);
    expect(
      relativeError(
        edited,
        walk(model, noised, () => guided, first),
      ),
    ).toBeLessThan(SAME);
    expect((await edit(model, 'sdedit', 'ddim', { strength: 0 })).target).toEqual(latent);
  });
});

describe('style transfer', () => {
  async function transfer(options: Partial<StyleOptions>) {
    const model = new FakeDenoiser();
    const { latents } = await invert(new FakeDenoiser(), 'ddim');
    const styled = { ...plainPath(latents, unconditional), conditional: async () => LEARNED };
    const request = {
      content: plainPath(latents, unconditional),
      contentPrompt: source,
      style: styled,
      stylePrompt: target,
      ...{ steps: STEPS, guidance: 7.5, options: StyleOptions.parse(options) },
    };
    const steps: Tensor[] = [];
    for await (const step of styleTransfer(model, request)) steps.push(step);
    return { model, start: latents.at(-1)!, steps };
  }
  const LEARNED = { keyContext: target, valueContext: saying(0.6) };
  const noiseOf = (conditional: number) => 0.4 + 7.5 * (conditional - 0.4);

  it('draws the content where there is no style', async () => {
    const { model, start, steps } = await transfer({ styleStrength: 0 });
    expect(steps).toHaveLength(STEPS);
    expect(
      relativeError(
        steps.at(-1)!,
        walk(model, start, () => noiseOf(0.5)),
      ),
    ).toBeLessThan(SAME);
  });

  it('goes over from the content to what was learned of the style', async () => {
    const { model, start, steps } = await transfer({ styleAfter: 0.4 });
    const expected = walk(model, start, (step) => noiseOf(step < 0.4 * STEPS ? 0.5 : 0.6));
    expect(relativeError(steps.at(-1)!, expected)).toBeLessThan(SAME);
    // While the content gives its features, it is a row.
    expect(counts(model)).toEqual({ injected: times(4, 3), noise: times(1, 2) });
  });
});
