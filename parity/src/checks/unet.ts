/** @file unet: the predicted noise, and every attention map of one sample. */

import { z } from 'zod';
import type { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import { attend, attentionMap } from '../../../daemon/src/graph/ops/attention.ts';
import type { NoiseRequest, UNetVariant } from '../../../daemon/src/networks/denoiser.ts';
import { row, type Tensor, tensor } from '../../../daemon/src/tensor/tensor.ts';
import { difference } from '../difference.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';
import { checkEmbeddings } from './embeddings.ts';

const Sites = z.object({
  attention_order: z.array(z.string()),
  heads: z.array(z.number()),
  tokens: z.array(z.number()),
});

/** Where the maps were taken, unless a single prediction names another timestep (golden README, `unet`). */
const MAPS_TIMESTEP = '441';

export async function checkUNet(section: Section, subject: Subject): Promise<void> {
  if (!section.has('latents') || !section.has('context')) return;
  const latents = section.input('latents');
  const contexts = await checkEmbeddings(section, subject, 'context');
  const output = await storedOutput(section, subject.model, latents, contexts);

  for (const [name, t] of section.matching(/^eps_t(\d+)$/)) {
    const request = { latent: latents, timestep: Number(t), keyContext: contexts };
    section.compare(name, await output(request), TOLERANCES.networkCall);
  }
  const sampleAt = (t: string): { sample: number; request: NoiseRequest } => {
    const sample = singleSample(section, t);
    const [latent, keyContext] = [row(latents, sample), row(contexts, sample)];
    return { sample, request: { latent, timestep: Number(t), keyContext } };
  };
  const singles = section.matching(/^eps_t(\d+)_(single|value_context)$/);
  for (const [name, t, kind] of singles) {
    const { sample, request } = sampleAt(t!);
    const values = kind === 'single' ? {} : { valueContext: section.input('value_context') };
    const options = { note: `sample ${sample}` };
    section.compare(name, await output({ ...request, ...values }), TOLERANCES.networkCall, options);
  }
  if (section.matching(/^attn\//).length > 0) {
    await checkMaps(section, subject, sampleAt(singles[0]?.[1] ?? MAPS_TIMESTEP).request);
  }
}

/** The sample that single tensors and the maps are of: known by its row in the batch, or 1 as the README says. */
function singleSample(section: Section, t: string): number {
  const [single, batch] = [`eps_t${t}_single`, `eps_t${t}`];
  if (!section.has(single) || !section.has(batch)) return 1;
  const [one, all] = [section.read(single), section.read(batch)];
  const distances = Array.from(
    { length: all.shape[0]! },
    (_, i) => difference(row(all, i).data, one.data).relative,
  );
  return distances.indexOf(Math.min(...distances));
}

/**
 * How the stored `eps` follow from a request. A network that predicts velocity may have been stored as it is, or as
 * the noise that follows; the README does not say, so whichever is nearer is compared.
 */
async function storedOutput(
  section: Section,
  { unet, schedule }: StableDiffusion,
  latent: Tensor,
  keyContext: Tensor,
): Promise<(request: NoiseRequest) => Promise<Tensor>> {
  const noise = (request: NoiseRequest) => unet.predictNoise(request);
  const [stored, t] = section.matching(/^eps_t(\d+)$/)[0] ?? [];
  if (schedule.config.prediction_type === 'epsilon' || stored === undefined) return noise;
  const velocity = async (request: NoiseRequest) => {
    const { session } = await unet.load(MAPS, request.latent.shape);
    const asItIs = { velocityOutput: tensor([], [1]), velocitySample: tensor([], [0]) };
    const { noise: output } = await session.run({ ...unet.feeds(request), ...asItIs });
    return output!;
  };
  const request = { latent, timestep: Number(t), keyContext };
  const [asNoise, asVelocity] = await Promise.all(
    [noise, velocity].map(
      async (output) => difference((await output(request)).data, section.read(stored).data).relative,
    ),
  );
  return asNoise! <= asVelocity! ? noise : velocity;
}

/** The UNet with all of its attention maps as outputs, named as in the golden set: `attn/00_down_self`. */
const MAPS: UNetVariant = {
  name: 'parity/maps',
  options: null,
  build: (inputs, predict) => {
    const { graph } = inputs.latent;
    const noise = predict((site, q, k, v) => {
      const map = attentionMap(q, k, site.heads);
      graph.output(`attn/${String(site.index).padStart(2, '0')}_${site.place}_${site.kind}`, map);
      return attend(map, v);
    });
    graph.output('noise', noise);
  },
};

async function checkMaps(section: Section, { golden, model }: Subject, request: NoiseRequest): Promise<void> {
  const { session } = await model.unet.load(MAPS, request.latent.shape);
  const { noise: _, ...maps } = await session.run(model.unet.feeds(request));
  for (const [name, map] of Object.entries(maps)) {
    if (section.has(name)) section.compare(name, map, TOLERANCES.attentionMaps);
  }
  const sites = golden.json('unet', Sites);
  if (sites === null) return;
  const shapes = Object.values(maps).map(({ shape }) => shape);
  section.words('attention_order', Object.keys(maps), sites.attention_order);
  section.numbers(
    'heads',
    shapes.map(([, heads]) => heads!),
    sites.heads,
  );
  section.numbers(
    'tokens',
    shapes.map(([, , queries]) => queries!),
    sites.tokens,
  );
}
