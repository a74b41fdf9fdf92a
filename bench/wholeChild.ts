/** @file One measured process that holds a whole model and does with it what it is asked for. */

import { writeFileSync } from 'node:fs';
import { StableDiffusion } from '../daemon/src/execution/stableDiffusion.ts';
import type { Thrift } from '../daemon/src/execution/thrift.ts';
import { resolveFor } from '../daemon/src/methods/inversions.ts';
import { p2plus } from '../daemon/src/methods/p2plus.ts';
import { STYLE_DIFFUSION } from '../daemon/src/methods/styleDiffusion.ts';
import { normalTensor, uniformGenerator } from '../daemon/src/tensor/random.ts';
import { row, type Tensor, tensor } from '../daemon/src/tensor/tensor.ts';
import { encodeSafetensors } from '../daemon/src/weights/safetensors.ts';
import { InversionOptions } from '../protocol/src/index.ts';
import { answerRequests } from './answer.ts';
import { TimedNetworks } from './timedNetworks.ts';
import { IMAGE_TOKENS, PROMPT_TOKENS, TIMESTEP } from './workloads.ts';

/** What a child is started with, as JSON in its first argument. */
export interface WholeJob {
  readonly model: string;
  /** Where graphs and converted weights are kept between starts. */
  readonly graphs: string;
  readonly thrift: Thrift;
  /** Where the results go, as .safetensors, one by the name of each request. */
  readonly results: string;
  readonly innerSteps: number;
}

const job = JSON.parse(process.argv[2] ?? '') as WholeJob;
const networks = new TimedNetworks(job.graphs);
// No limit is Infinity, which JSON has not.
networks.thrift = { ...job.thrift, mapBytes: job.thrift.mapBytes ?? Number.POSITIVE_INFINITY };

const PROMPTS = { source: 'a cat', target: 'a dog', unconditional: '' };
let model: StableDiffusion;
let inversion: Awaited<ReturnType<typeof STYLE_DIFFUSION.invert>>;
const options = resolveFor(
  'styleDiffusion',
  InversionOptions.parse({ steps: 1, innerSteps: job.innerSteps, earlyStopEpsilon: 0 }),
);

const latent = (): Tensor => {
  const { in_channels, sample_size } = model.unet.config;
  return normalTensor([1, in_channels, sample_size, sample_size], uniformGenerator(3));
};

const WORK: Readonly<Record<string, () => Promise<Tensor>>> = {
  open: async () => {
    model = new StableDiffusion(job.model, networks);
    return tensor([], [0]);
  },
  text: () => model.encodePrompt(PROMPTS.source),
  noise: async () =>
    model.unet.predictNoise({
      latent: latent(),
      timestep: TIMESTEP,
      keyContext: await model.encodePrompt(PROMPTS.source),
    }),
  picture: () => model.decodeLatent(latent()),
  /** All that an inversion does at one timestep: DDIM inversion with its maps, unconditional noise, iterations, last noise. */
  timestep: async () => {
    const width = model.unet.config.cross_attention_dim;
    inversion = await STYLE_DIFFUSION.invert(
      model,
      {
        latent: latent(),
        prompt: await model.encodePrompt(PROMPTS.source),
        unconditional: await model.encodePrompt(PROMPTS.unconditional),
        imageTokens: async () => normalTensor([1, IMAGE_TOKENS, width], uniformGenerator(4)),
        options,
      },
      {},
      async () => {},
    );
    return inversion.learned!.parameters.at(-1)!;
  },
  /** One step of an edit, of which all controls act. */
  edit: async () => {
    const [source, target, unconditional] = await Promise.all(
      Object.values(PROMPTS).map((prompt) => model.encodePrompt(prompt)),
    );
    const path = await STYLE_DIFFUSION.path(
      model,
      inversion,
      { source: source!, unconditional: unconditional! },
      options,
    );
    const ones = (...shape: number[]) => {
      const all = tensor(shape);
      all.data.fill(1);
      return all;
    };
    const mapper = tensor([PROMPT_TOKENS, PROMPT_TOKENS]);
    for (let i = 0; i < PROMPT_TOKENS; i++) mapper.data[i * (PROMPT_TOKENS + 1)] = 1;
    const steps = p2plus(model, {
      path,
      source: source!,
      target: target!,
      steps: options.steps,
      guidance: options.guidance,
      taus: { values: 1, self: 1, unconditionalSelf: 1 },
      cross: {
        mapper,
        alphas: ones(PROMPT_TOKENS),
        equalizer: ones(PROMPT_TOKENS),
        timeAlphas: ones(options.steps + 1, PROMPT_TOKENS),
        manner: 'exact',
      },
    });
    let latents: Tensor | null = null;
    for await (const step of steps) latents = step.latents;
    return row(latents!, 1);
  },
};

const results = new Map<string, Tensor>();
await answerRequests(networks, async (request) => {
  const result = await WORK[request]!();
  results.set(request, result);
  return result;
});
writeFileSync(job.results, encodeSafetensors(results));
