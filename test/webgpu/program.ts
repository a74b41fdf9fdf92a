/**
 * A program of its own: a small model on WebGPU beside the processor, no part of a network on the processor. Prints the
 * largest relative difference of each result as JSON.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { adamSchedule, freshAdam } from '../../daemon/src/methods/adam.ts';
import { predictControlled } from '../../daemon/src/methods/controlledPrediction.ts';
import { innerIteration, stepFeeds, targetMapFeeds } from '../../daemon/src/methods/innerIteration.ts';
import { RECIPES } from '../../daemon/src/methods/recipes.ts';
import { initialParameters, parameterCount } from '../../daemon/src/networks/mappingNetwork.ts';
import { normalTensor, uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { difference } from '../../parity/src/difference.ts';
import { makeSmallModel } from '../engine/smallModel.ts';

const LATENT = [1, 4, 8, 8] as const;
const MAPPING = { kind: 'scaleShift', imageTokens: 17, promptTokens: 77 } as const;
const { adam } = RECIPES.official;

/** What each kind of network computes, from the same numbers on every device. */
async function results(folder: string, networks: Networks): Promise<Record<string, Tensor>> {
  const model = new StableDiffusion(folder, networks);
  const { unet, schedule } = model;
  const uniform = uniformGenerator(3);
  const random = (shape: readonly number[]) => normalTensor(shape, uniform);
  const [latent, target, imageTokens] = [random(LATENT), random(LATENT), random([1, 17, 64])];
  const [keyContext, four] = [random([1, 77, 64]), random([4, 77, 64])];
  const timestep = 441;

  const text = await model.encodePrompt('a tiger on a carpet');
  const noise = await unet.predictNoise({ latent, timestep, keyContext });

  const parameters = initialParameters(MAPPING, 'torch', uniform);
  const iteration = await unet.load(
    innerIteration({ mapping: MAPPING, attentionLoss: true, adam }),
    latent.shape,
  );
  const step = schedule.towardsPicture(timestep, 10);
  const learned = await iteration.session.run({
    ...unet.feeds({ latent, timestep, keyContext }),
    ...stepFeeds({ noiseUncond: noise, target, step, guidance: 7.5 }),
    ...targetMapFeeds([1, 2, 3].map(() => tensor([1, 4, 4, 77], new Float32Array(4 * 4 * 77).fill(1 / 77)))),
    ...freshAdam(tensor([parameterCount(MAPPING)], parameters)),
    ...adamSchedule(0.01, 1, adam),
    imageTokens,
  });

  const mapper = tensor([77, 77]);
  for (let i = 0; i < 77; i++) mapper.data[78 * i] = 0.5;
  const controlled = await predictControlled(
    unet,
    { latent: random([4, ...LATENT.slice(1)]), timestep, keyContext: four },
    {
      selfReplacement: { unconditional: true, conditional: true },
      mapper,
      own: tensor([77], new Float32Array(77).fill(0.5)),
    },
    'blend',
  );
  return {
    'text encoder': text,
    UNet: noise,
    'inner iteration, loss': learned.latentLoss!,
    'inner iteration, attention loss': learned.attentionLoss!,
    // From moments of zero it is the gradient, but for a factor; the parameters' step is its sign.
    'inner iteration, gradient': learned.firstMomentNext!,
    'controlled edit step': controlled.noise,
    'controlled edit step, maps': controlled.blendMaps!,
    'VAE, decoder': await model.decodeLatent(random([1, 4, 4, 4])),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-webgpu-'));
makeSmallModel(folder, ['CrossAttnDownBlock2D', 'DownBlock2D', 'CrossAttnDownBlock2D']);
const here = await results(folder, new Networks(null));
const there = await results(folder, new Networks(null, { device: 'webgpu', wholly: true }));
rmSync(folder, { recursive: true });
const differences = Object.entries(here).map(([name, { data }]) => [
  name,
  difference(there[name]!.data, data).relative,
]);
process.stdout.write(`${JSON.stringify(Object.fromEntries(differences))}\n`);
// The driver's own threads may not end by themselves.
process.exit();
