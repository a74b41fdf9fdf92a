/** The official optimisation against the golden run: its first losses, its schedule, and teacher-forced gradients. */

import { InversionOptions } from '@palimpsest/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { resolveFor } from '../../daemon/src/methods/inversions.ts';
import { styleDiffusion } from '../../daemon/src/methods/styleDiffusion.ts';
import type { Losses, Progress } from '../../daemon/src/methods/watch.ts';
import { mappingParameters } from '../../daemon/src/networks/mappingNetwork.ts';
import { stack, tensor } from '../../daemon/src/tensor/tensor.ts';
import { golden, goldenJson, MODEL, relativeError } from '../golden.ts';

const DEFAULTS = resolveFor('styleDiffusion', InversionOptions.parse({}));
const networks = new Networks(null);
const model = new StableDiffusion(MODEL, networks);
afterAll(() => networks.dispose());

const file = golden('stylediffusion');
const run = goldenJson('stylediffusion') as {
  prompt: string;
  T: number;
  loss: number[];
  attn_loss: number[];
  latent_loss: number[];
  iterations_made: number[];
};

function initial() {
  const names = mappingParameters({ kind: 'scaleShift', imageTokens: 197, promptTokens: 77 }).map(
    ({ name }) => name,
  );
  const flat = names.flatMap((name) => [...file(`init/0/${name}`).data]);
  return tensor([flat.length], flat);
}

async function invert(changes: Partial<typeof DEFAULTS>) {
  const losses: Losses[] = [];
  const watch = {
    onProgress: (progress: Progress) => {
      if (progress.losses) losses.push(progress.losses);
    },
  };
  const { tokens: imageTokens } = await model.encodeImageTokens(golden('image_encoder')('image_pm1'));
  const result = await styleDiffusion(
    model,
    {
      latent: golden('vae')('latent'),
      imageTokens,
      prompt: await model.encodePrompt(run.prompt),
      unconditional: await model.encodePrompt(''),
      options: { ...DEFAULTS, steps: run.T, innerSteps: 8, ...changes },
      initial: initial(),
    },
    watch,
  );
  return { result, losses };
}

describe('StyleDiffusion with the official recipe', () => {
  it('follows the golden run while rounding lets it', async () => {
    const { result, losses } = await invert({});
    expect(relativeError(stack(result.latents), file('ddim_latents'))).toBeLessThan(5e-5);
    expect(losses).toHaveLength(run.loss.length);
    for (const [i, loss] of losses.slice(0, 6).entries()) {
      expect(Math.abs(loss.latent / run.latent_loss[i]! - 1)).toBeLessThan(1e-4);
      expect(Math.abs(loss.attention / run.attn_loss[i]! - 1)).toBeLessThan(1e-4);
    }
    for (const [i, loss] of losses.entries()) {
      expect(Math.abs(loss.latent / run.latent_loss[i]! - 1)).toBeLessThan(3e-2);
      expect(Math.abs(loss.attention / run.attn_loss[i]! - 1)).toBeLessThan(5e-2);
    }
  });
});
