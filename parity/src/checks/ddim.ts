/** @file ddim: inversion, resampling and word swap at several numbers of steps. */

import {
  ddimInversion,
  ddimSampling,
  guide,
  promptContexts,
} from '../../../daemon/src/methods/ddimTrajectory.ts';
import { combine } from '../../../daemon/src/networks/noiseSchedule.ts';
import { row, stack, type Tensor } from '../../../daemon/src/tensor/tensor.ts';
import { difference } from '../difference.ts';
import type { Section } from '../section.ts';
import type { EmbeddedPrompt, Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';

export async function checkDdim(section: Section, subject: Subject): Promise<void> {
  const { model } = subject;
  if (section.has('latent')) {
    section.compare('latent', await model.encodePicture(await subject.picture()), TOLERANCES.networkCall);
  }
  for (const [name, prefix] of section.matching(/^(.+)\/inversion$/)) {
    await section.attempt(name, async () => {
      const stored = section.read(name);
      // z_0 to z_T.
      const steps = stored.shape[0]! - 1;
      const source = await inversionPrompt(subject, stored);
      const latents = await invert(subject, row(stored, 0), steps, source.embedding);
      section.compare(name, stack(latents), TOLERANCES.inversion, { note: quoted(source) });
      await checkSampling(section, subject, `${prefix}/`, { start: row(stored, steps), steps, source });
    });
  }
}

/** z_0 to z_T of a latent under a prompt. */
export function invert(
  { model }: Subject,
  latent: Tensor,
  steps: number,
  keyContext: Tensor,
): Promise<Tensor[]> {
  return ddimInversion(model, latent, steps, (current, timestep) =>
    model.unet.predictNoise({ latent: current, timestep, keyContext }),
  );
}

interface Trajectory {
  readonly start: Tensor;
  readonly steps: number;
  readonly source: EmbeddedPrompt;
}

async function checkSampling(
  section: Section,
  subject: Subject,
  prefix: string,
  { start, steps, source }: Trajectory,
): Promise<void> {
  const unconditional = await subject.embed('');
  for (const [name, kind, w] of section.matching(/^.+\/(resample|word_swap)_w([\d.]+)$/)) {
    if (!name.startsWith(prefix)) continue;
    const guidance = Number(w);
    const prompt =
      kind === 'resample' ? source : await samplingPrompt(subject, section.read(name), steps, guidance);
    const latents = await ddimSampling(subject.model, {
      latent: start,
      contexts: promptContexts(prompt.embedding, unconditional),
      steps,
      guidance,
    });
    section.compare(name, stack([start, ...latents]), TOLERANCES.sampling, { note: quoted(prompt) });
  }
}

/** The prompt of a stored inversion, known by its last step: at the noisiest timestep prompts differ most. */
function inversionPrompt(subject: Subject, stored: Tensor): Promise<EmbeddedPrompt> {
  const { unet, schedule } = subject.model;
  const steps = stored.shape[0]! - 1;
  const [timestep] = schedule.timesteps(steps) as [number];
  const latent = row(stored, steps - 1);
  return subject.identify(async ({ embedding }) => {
    const noise = await unet.predictNoise({ latent, timestep, keyContext: embedding });
    const next = combine(schedule.towardsNoise(timestep, steps), latent, noise);
    return difference(next.data, row(stored, steps).data).relative;
  }, TOLERANCES.networkCall.limit);
}

/** The prompt of a stored sampling, known by its first step. */
async function samplingPrompt(
  subject: Subject,
  stored: Tensor,
  steps: number,
  guidance: number,
): Promise<EmbeddedPrompt> {
  const { unet, schedule } = subject.model;
  const [timestep] = schedule.timesteps(steps) as [number];
  const latent = row(stored, 0);
  const unconditional = await unet.predictNoise({ latent, timestep, keyContext: await subject.embed('') });
  return subject.identify(async ({ embedding }) => {
    const noise = await unet.predictNoise({ latent, timestep, keyContext: embedding });
    const step = schedule.towardsPicture(timestep, steps);
    const next = combine(step, latent, guide(unconditional, noise, guidance));
    return difference(next.data, row(stored, 1).data).relative;
  }, TOLERANCES.networkCall.limit);
}

const quoted = ({ prompt }: EmbeddedPrompt): string => JSON.stringify(prompt);
