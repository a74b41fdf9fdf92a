/** What defines each method, where no golden tensor says it. */

import {
  EDIT_METHODS,
  EditOptions,
  INVERSION_METHODS,
  InversionOptions,
  OF_EDITORS,
  OF_INVERSIONS,
  type OwnOptions,
  StyleOptions,
} from '@palimpsest/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { planEdit } from '../../daemon/src/jobs/editPlan.ts';
import { ddimSampling, promptContexts } from '../../daemon/src/methods/ddimTrajectory.ts';
import type { EditRequest } from '../../daemon/src/methods/editor.ts';
import { EDITORS, editorFor, resolveEdit } from '../../daemon/src/methods/editors.ts';
import type { Inversion } from '../../daemon/src/methods/inversion.ts';
import { INVERSIONS, resolveInversion, storedOptions } from '../../daemon/src/methods/inversions.ts';
import { styleTransfer } from '../../daemon/src/methods/styleTransfer.ts';
import { row, type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { golden, MODEL, relativeError } from '../golden.ts';

const networks = new Networks(null);
const model = new StableDiffusion(MODEL, networks);
afterAll(() => networks.dispose());

const prompts = { source: 'a black and white dog', target: 'a black and white tiger' };
const steps = 4;
/** Two orders of float32 differ by less. */
const SAME = 2e-5;

let embeddings: Pick<EditRequest, 'source' | 'target'> & { readonly unconditional: Tensor };
let plain: Inversion;
beforeAll(async () => {
  embeddings = {
    source: await model.encodePrompt(prompts.source),
    target: await model.encodePrompt(prompts.target),
    unconditional: await model.encodePrompt(''),
  };
  plain = await invert({ method: 'ddim' });
});

async function invert(options: Partial<InversionOptions>, onLoss: (loss: number) => void = () => {}) {
  const resolved = resolveInversion(InversionOptions.parse({ steps, ...options }));
  return INVERSIONS[resolved.method].invert(
    model,
    {
      latent: golden('vae')('latent'),
      prompt: embeddings.source,
      unconditional: embeddings.unconditional,
      imageTokens: async () => (await model.encodeImageTokens(golden('image_encoder')('image_pm1'))).tokens,
      options: resolved,
    },
    { onProgress: ({ losses }) => losses && onLoss(losses.latent + losses.attention) },
    async () => {},
  );
}

interface Asked {
  readonly inversion?: Partial<InversionOptions>;
  readonly edit?: Partial<EditOptions>;
  readonly from?: Inversion;
  readonly mask?: Tensor;
}

/** The last latents of an edit, and how many rows the UNet evaluated. */
async function edit({ inversion = { method: 'ddim' }, edit: asked = {}, from = plain, mask }: Asked) {
  const options = EditOptions.parse(asked);
  const resolved = resolveInversion(InversionOptions.parse({ steps, ...inversion }));
  const path = await INVERSIONS[resolved.method].path(model, from, embeddings, resolved);
  const { words, cross, blend } = planEdit(model.tokenizer, prompts, options, steps);
  const feeds = vi.spyOn(model.unet, 'feeds');
  let latents: Tensor | null = null;
  const { guidance, seed } = resolved;
  const request = { path, ...embeddings, words, cross, steps, guidance, seed, options: resolveEdit(options) };
  const editor = editorFor(options, resolved.method);
  for await (const step of editor.edit(
    model,
    { ...request, ...(blend ? { blend } : {}), ...(mask ? { mask } : {}) },
    {},
  )) {
    latents = step.latents;
  }
  const evaluations = feeds.mock.calls.reduce((sum, [{ latent }]) => sum + latent.shape[0]!, 0);
  feeds.mockRestore();
  return { source: row(latents!, 0), target: row(latents!, 1), evaluations };
}

async function sampled(conditional: Tensor, guidance: number): Promise<Tensor> {
  const contexts = promptContexts(conditional, embeddings.unconditional);
  const latents = await ddimSampling(model, { latent: plain.latents.at(-1)!, contexts, steps, guidance });
  return latents.at(-1)!;
}

describe('direct inversion', () => {
  it('brings the source back to the picture, to within 1e-4', async () => {
    for (const editor of ['p2plus', 'masaCtrl'] as const) {
      const { source } = await edit({ inversion: { mode: 'instant' }, edit: { editor } });
      expect(relativeError(source, plain.latents[0]!)).toBeLessThan(1e-4);
    }
    const uncorrected = await edit({});
    expect(relativeError(uncorrected.source, plain.latents[0]!)).toBeGreaterThan(0.1);
  });
});

describe('negative-prompt inversion', () => {
  it('at guidance 1 is DDIM', async () => {
    const npi = await edit({ inversion: { method: 'negativePrompt', guidance: 1 } });
    const ddim = await edit({ inversion: { method: 'ddim', guidance: 1 } });
    expect(relativeError(npi.target, ddim.target)).toBeLessThan(SAME);
  });

  it('leaves the source to its conditional prediction, whatever the guidance', async () => {
    const npi = await edit({ inversion: { method: 'negativePrompt' }, edit: { tauS: 1, tauC: 1 } });
    expect(relativeError(npi.source, await sampled(embeddings.source, 1))).toBeLessThan(SAME);
  });

  it('without a norm is what proximal guidance starts from', async () => {
    const proximal = await edit({ inversion: { method: 'proximal', proximalNorm: 'none' } });
    const npi = await edit({ inversion: { method: 'negativePrompt' } });
    expect(relativeError(proximal.target, npi.target)).toBeLessThan(SAME);
  });
});

describe('null-text inversion', () => {
  it.each([true, false])(
    'learns nothing at guidance 1, where its branch does not count: %s',
    async (attentionLoss) => {
      const losses: number[] = [];
      const feeds = vi.spyOn(model.unet, 'feeds');
      const inverted = await invert({ method: 'nullText', guidance: 1, attentionLoss }, (loss) =>
        losses.push(loss),
      );
      expect(feeds.mock.calls).toHaveLength(steps);
      feeds.mockRestore();
      expect(losses).toEqual([]);
      expect(inverted.latents).toEqual(plain.latents);
      const asked = { method: 'nullText', guidance: 1 } as const;
      const { target } = await edit({ inversion: asked, from: inverted });
      const plainly = await edit({ inversion: { method: 'ddim', guidance: 1 } });
      expect(relativeError(target, plainly.target)).toBeLessThan(SAME);
    },
  );
});

describe('an editor that takes nothing from the source', () => {
  it.each([
    ['masaCtrl', { mutualFromStep: 1 }],
    ['p2plus', { tauC: 0, tauS: 0, tauU: 0 }],
    ['plugAndPlay', { injectAttention: 0, injectFeatures: 0 }],
    ['wordSwap', {}],
  ] as const)('samples plainly: %s', async (editor, options) => {
    // With a weight of 1 that does not fall, the negative prompt never counts.
    const guidance = editor === 'plugAndPlay' ? 1 : 7.5;
    const { target } = await edit({
      inversion: { method: 'ddim', guidance },
      edit: { editor, ...options },
    });
    expect(relativeError(target, await sampled(embeddings.target, guidance))).toBeLessThan(SAME);
  });
});

describe('the weight of a word', () => {
  it.each([
    ['p2plus', 0],
    ['p2plus', 0.5],
    ['p2p', 0],
  ] as const)('counts in %s, tau_c being %d', async (editor, tauC) => {
    const free = { editor, tauC, tauS: 0, ...(editor === 'p2plus' ? { tauU: 0 } : {}) };
    const even = await edit({ edit: free });
    for (const weight of [0, 5]) {
      const weighted = await edit({ edit: { ...free, weights: [{ word: 'tiger', weight }] } });
      expect(relativeError(weighted.target, even.target), `weight ${weight}`).toBeGreaterThan(1e-3);
    }
  });
});

describe('the weights of words, where nothing else is taken', () => {
  const free = { tauC: 0, tauS: 0, tauU: 0 } as const;
  const weighted = { ...free, weights: [{ word: 'tiger', weight: -2 }] };

  it.each(['ddim', 'direct'] as const)(
    'need no source beside them, and count the same: %s',
    async (method) => {
      const { target, evaluations } = await edit({ inversion: { method }, edit: weighted });
      expect(evaluations).toBe(2 * steps);
      // A mask that is open everywhere keeps the source to the end.
      const mask = tensor([1, 1, 16, 16], new Float32Array(256).fill(1));
      const beside = await edit({ inversion: { method: 'ddim' }, edit: weighted, mask });
      expect(beside.evaluations).toBe(4 * steps);
      expect(relativeError(target, beside.target)).toBeLessThan(SAME);
    },
  );
});

describe('pix2pix-zero', () => {
  it('samples the source beside it, plainly', async () => {
    const { source } = await edit({ edit: { editor: 'pix2pixZero', attentionRate: 0 } });
    expect(relativeError(source, await sampled(embeddings.source, 1))).toBeLessThan(SAME);
  });

  it('draws the attention nearer the harder it pulls', async () => {
    const far = await edit({ edit: { editor: 'pix2pixZero', attentionRate: 0 } });
    const near = await edit({ edit: { editor: 'pix2pixZero', attentionRate: 0.1 } });
    expect(relativeError(near.target, far.target)).toBeGreaterThan(1e-3);
  });
});

describe('style transfer', () => {
  /** The last latent, and how many rows the UNet evaluated. What was learned of the style is the target's embedding. */
  const transfer = async (asked: Partial<StyleOptions>, keys?: Tensor) => {
    const resolved = resolveInversion(InversionOptions.parse({ steps, method: 'ddim' }));
    const path = await INVERSIONS.ddim.path(model, plain, embeddings, resolved);
    const learned = async (_: number, prompt: Tensor) => ({
      keyContext: keys ?? prompt,
      valueContext: embeddings.target,
    });
    const request = {
      content: path,
      contentPrompt: embeddings.source,
      style: { ...path, conditional: learned },
      stylePrompt: embeddings.target,
      steps,
      guidance: 7.5,
      options: StyleOptions.parse({ featuresUntil: 0.5, attentionUntil: 0.5, ...asked }),
    };
    const feeds = vi.spyOn(model.unet, 'feeds');
    let last: Tensor | null = null;
    for await (const latent of styleTransfer(model, request)) last = latent;
    const evaluations = feeds.mock.calls.reduce((sum, [{ latent }]) => sum + latent.shape[0]!, 0);
    feeds.mockRestore();
    return { latent: last!, evaluations };
  };
  const strengths = { styleStrength: 0, contentStrength: 0 } as const;

  it.each(['both', 'content'] as const)(
    'without style and content samples the content: %s',
    async (words) => {
      const neither = await transfer({ words, ...strengths });
      expect(relativeError(neither.latent, await sampled(embeddings.source, 7.5))).toBeLessThan(SAME);
    },
  );

  it.each(['both', 'content'] as const)(
    'goes further from that the stronger either is: %s',
    async (words) => {
      const neither = await transfer({ words, ...strengths });
      for (const side of ['styleStrength', 'contentStrength'] as const) {
        const distances: number[] = [];
        for (const strength of [0.5, 1]) {
          const { latent } = await transfer({ words, ...strengths, styleAfter: 0.5, [side]: strength });
          distances.push(relativeError(latent, neither.latent));
        }
        expect(distances[0]).toBeGreaterThan(1e-3);
        expect(distances[1]).toBeGreaterThan(distances[0]!);
      }
    },
  );

  it('takes the keys that were learned of the style, where they were', async () => {
    const keys = embeddings.unconditional;
    const { latent } = await transfer({ words: 'style', contentStrength: 0 }, keys);
    const contexts = async () => ({
      conditional: { keyContext: keys, valueContext: embeddings.target },
      unconditional: embeddings.unconditional,
    });
    const request = { latent: plain.latents.at(-1)!, contexts, steps, guidance: 7.5 };
    expect(relativeError(latent, (await ddimSampling(model, request)).at(-1)!)).toBeLessThan(SAME);
    const without = await transfer({ words: 'style', contentStrength: 0, styleStrength: 0 }, keys);
    expect(relativeError(without.latent, await sampled(embeddings.target, 7.5))).toBeLessThan(SAME);
  });

  it("with both words goes from the content's words to the style's", async () => {
    const content = await sampled(embeddings.source, 7.5);
    const last = async (styleAfter: number) => (await transfer({ contentStrength: 0, styleAfter })).latent;
    expect(relativeError(await last(1), content)).toBeLessThan(SAME);
    const style = await transfer({ words: 'style', contentStrength: 0 });
    expect(relativeError(await last(0), style.latent)).toBeLessThan(SAME);
    const [sooner, later] = [await last(0.25), await last(0.75)];
    expect(relativeError(later, content)).toBeLessThan(relativeError(sooner, content));
    expect(relativeError(later, content)).toBeGreaterThan(SAME);
  });

  it('evaluates the content only as long as it gives, and one set of words where one counts', async () => {
    const whole = await transfer({ styleAfter: 0.5 });
    expect(whole.evaluations).toBe(2 * 3 + 2 * 2);
    const mixed = await transfer({ styleAfter: 0.5, styleStrength: 0.5 });
    expect(mixed.evaluations).toBe(2 * 3 + 2 * 3);
  });
});

describe('gates', () => {
  it('pass: a branch that nothing depends on any more is not computed, and the result is the same', async () => {
    const short = { tauC: 0.2, tauS: 0.25, tauU: 0.25 };
    // A mask that lets everything change keeps the source to the end, and changes nothing.
    const everywhere = plain.latents[0]!;
    const mask = {
      shape: [1, 1, ...everywhere.shape.slice(2)],
      data: new Float32Array(everywhere.data.length / everywhere.shape[1]!).fill(1),
    };
    const [passing, whole] = [await edit({ edit: short }), await edit({ edit: short, mask })];
    expect(relativeError(passing.target, whole.target)).toBeLessThan(SAME);
    expect(whole.evaluations).toBe(4 * steps);
    expect(passing.evaluations).toBe(4 + 2 * (steps - 1));
  });

  it('need no unconditional source where the source is known, or where it is the conditional one', async () => {
    const closed = { tauC: 1, tauS: 1, tauU: 0 };
    const direct = await edit({ inversion: { method: 'direct' }, edit: closed });
    const npi = await edit({ inversion: { method: 'negativePrompt' }, edit: closed });
    expect([direct.evaluations, npi.evaluations]).toEqual([3 * steps, 3 * steps]);
  });
});

describe('a mask', () => {
  it('bounds an edit beside words: what is outside of either stays the source', async () => {
    const [, , height = 0, width = 0] = plain.latents[0]!.shape;
    const mask = tensor([1, 1, height, width]);
    mask.data.fill(1, 0, (height / 2) * width);
    // At that threshold the words open nearly everything.
    const words = { blend: { source: ['dog'], target: ['tiger'] }, blendThreshold: 0.01 };
    const { source, target } = await edit({ edit: words, mask });
    const size = height * width;
    const differs = (i: number) => source.data[i] !== target.data[i];
    const cells = [...source.data.keys()].filter(differs).map((i) => i % size);
    expect(Math.max(...cells)).toBeLessThan(size / 2);
    expect(cells.length).toBeGreaterThan(0);
  });
});

describe('what an inversion learns', () => {
  it.each([
    [{ learn: 'values' }],
    // Keys move the attention of a random network away from any target.
    [{ learn: 'keys', attentionLoss: false }],
    [{ learn: 'both', attentionLoss: false }],
    [{ learn: 'valueEmbedding' }],
    [{ method: 'nullText' }],
    [{ method: 'nullText', attentionLoss: true }],
  ] as const)('brings the loss down, and takes part in the edit: %o', async (options) => {
    const losses: number[] = [];
    const inversion = { ...options, innerSteps: 6, steps: 2 } as const;
    const learned = await invert(inversion, (loss) => losses.push(loss));
    // Of the first timestep.
    expect(losses[5]!).toBeLessThan(losses[0]!);
    const resolved = resolveInversion(InversionOptions.parse(inversion));
    const path = await INVERSIONS[resolved.method].path(model, learned, embeddings, resolved);
    const { keyContext, valueContext } = await path.conditional(0, embeddings.source);
    const unconditional = path.unconditional(0);
    const changed = {
      keys: relativeError(keyContext, embeddings.source) > 0,
      values: relativeError(valueContext, embeddings.source) > 0,
      unconditional: relativeError(unconditional, embeddings.unconditional) > 0,
    };
    const isNullText = 'method' in options;
    const learn = 'learn' in options ? options.learn : null;
    expect(changed).toEqual({
      keys: learn === 'keys' || learn === 'both',
      values: learn === 'values' || learn === 'both' || learn === 'valueEmbedding',
      unconditional: isNullText,
    });
  });
});

describe('the tables', () => {
  const resolve = (options: Partial<InversionOptions>) => resolveInversion(InversionOptions.parse(options));

  it('know what a mode stands for, and refuse one that contradicts the method', () => {
    expect(resolve({}).method).toBe('styleDiffusion');
    expect(resolve({ mode: 'instant' }).method).toBe('direct');
    expect(resolve({ mode: 'careful', method: 'styleDiffusion' })).toMatchObject({ innerSteps: 100 });
    expect(resolve({ method: 'nullText' })).toMatchObject({ innerSteps: 10, attentionLoss: false });
    expect(() => resolve({ mode: 'instant', method: 'nullText' })).toThrow(/Leave one of them out/);
  });

  it('let methods that store the same share it', () => {
    const stored = (options: Partial<InversionOptions>) => JSON.stringify(storedOptions(resolve(options)));
    expect(stored({ method: 'direct', guidance: 5 })).toBe(stored({ method: 'ddim', innerSteps: 3 }));
    expect(stored({ method: 'proximal', proximalQuantile: 0.5 })).toBe(stored({ method: 'negativePrompt' }));
    expect(stored({ method: 'regularized' })).not.toBe(stored({ method: 'ddim' }));
    expect(stored({ innerSteps: 100 })).toBe(stored({}));
    expect(stored({ guidance: 5 })).not.toBe(stored({}));
  });

  it('refuse with a sentence what is not defined', () => {
    const refused = (options: Partial<EditOptions>, inversion: keyof typeof INVERSIONS) => () =>
      editorFor(EditOptions.parse(options), inversion);
    expect(refused({ editor: 'plugAndPlay' }, 'styleDiffusion')).toThrow(
      /not defined on StyleDiffusion: .* Take one/,
    );
    expect(refused({ editor: 'sdedit' }, 'proximal')).toThrow(/random noise/);
    expect(refused({ editor: 'sdedit' }, 'ddim')).not.toThrow();
  });

  it('give a method the options that it heeds, and no others', () => {
    const own = (options: object) => Object.keys(options).sort();
    for (const [name, { options }] of Object.entries(INVERSION_METHODS)) {
      const method = name as keyof typeof INVERSION_METHODS;
      const resolved = resolve({ method, innerSteps: 3, proximalPull: 'none', towardsEmpty: 0.5 });
      expect(own(resolved)).toEqual(own({ ...options, method, steps: 0, guidance: 0, seed: 0 }));
      expect(INVERSIONS[method].stored.filter((key) => key in OF_INVERSIONS && !(key in options))).toEqual(
        [],
      );
    }
    const { editor: _, ...others } = EditOptions.parse({ tauV: 0.1, strength: 0.1, weights: [] });
    for (const [name, { options }] of Object.entries(EDIT_METHODS)) {
      const resolved = resolveEdit({ ...others, editor: name as keyof typeof EDIT_METHODS });
      const filled = Object.entries(options as OwnOptions).filter(([, { initial }]) => initial !== undefined);
      expect(own(resolved)).toEqual(own({ editor: name, ...Object.fromEntries(filled) }));
    }
  });

  it('have each option once: of one schema, whoever shares it, and of no other family', () => {
    for (const [owned, methods] of [
      [OF_INVERSIONS, INVERSION_METHODS],
      [OF_EDITORS, EDIT_METHODS],
    ] as const) {
      for (const [name, { option, owners }] of Object.entries(owned)) {
        for (const owner of owners) {
          const { options }: { options: OwnOptions } = methods[owner as keyof typeof methods];
          expect(JSON.stringify(z.toJSONSchema(options[name]!.schema))).toBe(
            JSON.stringify(z.toJSONSchema(option.schema)),
          );
          expect([options[name]!.title, options[name]!.description]).toEqual([
            option.title,
            option.description,
          ]);
        }
      }
    }
    const common = [
      'mode',
      'method',
      'steps',
      'guidance',
      'seed',
      'size',
      'editor',
      'keep',
      'keepStrength',
      'detail',
      'feather',
      'context',
    ];
    const names = [...Object.keys(OF_INVERSIONS), ...Object.keys(OF_EDITORS), ...common];
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(names)).toEqual(
      new Set([...Object.keys(InversionOptions.shape), ...Object.keys(EditOptions.shape)]),
    );
  });

  it('are the same in the protocol and here, and say of each method what it is and whose', () => {
    expect(Object.keys(INVERSIONS)).toEqual(Object.keys(INVERSION_METHODS));
    expect(Object.keys(EDITORS)).toEqual(Object.keys(EDIT_METHODS));
    for (const { title, citation } of [...Object.values(INVERSION_METHODS), ...Object.values(EDIT_METHODS)]) {
      expect(title).not.toBe('');
      expect(citation).toMatch(/\b(19|20)\d\d\b/);
    }
    for (const { idea } of [...Object.values(INVERSIONS), ...Object.values(EDITORS)]) {
      expect(idea).toMatch(/\.$/);
    }
  });
});
