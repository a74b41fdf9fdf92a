/** @file scheduler: timesteps, alphas_cumprod, and single steps on `sample` and `eps`. */

import { z } from 'zod';
import { combine } from '../../../daemon/src/networks/noiseSchedule.ts';
import { type Tensor, tensor } from '../../../daemon/src/tensor/tensor.ts';
import { difference } from '../difference.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';

const Parameters = z.record(z.string(), z.unknown());
const Timesteps = z.array(z.number());

/** What the pipeline's constructor adds to every timestep; the lists without a pipeline lack it. */
const STEPS_OFFSET = 1;

export async function checkScheduler(section: Section, { golden, model }: Subject): Promise<void> {
  const { schedule } = model;
  for (const [key, expected] of Object.entries(golden.json('scheduler', Parameters) ?? {})) {
    const [, steps, bare] = /^(\d+)(_without_pipeline)?$/.exec(key) ?? [];
    if (steps !== undefined) {
      const timesteps = schedule.timesteps(Number(steps)).map((t) => (bare ? t - STEPS_OFFSET : t));
      section.numbers(key, timesteps, Timesteps.parse(expected));
    } else if (key === 'final_alpha_cumprod' && typeof expected === 'number') {
      section.numbers(key, [schedule.alphasCumprod[0]!], [expected], TOLERANCES.arithmetic);
    }
  }

  if (section.has('alphas_cumprod')) {
    const { alphasCumprod } = schedule;
    section.compare('alphas_cumprod', tensor([alphasCumprod.length], alphasCumprod), TOLERANCES.arithmetic);
  }
  for (const [name, T, step, at] of section.matching(
    /^T(\d+)\/(prev_step|scheduler_step|next_step|add_noise)_t(\d+)$/,
  )) {
    const [sample, noise] = [section.input('sample'), section.input('eps')];
    const [steps, timestep] = [Number(T), Number(at)];
    const picture = (eps: Tensor) => combine(schedule.towardsPicture(timestep, steps), sample, eps);
    const ours =
      step === 'add_noise'
        ? schedule.addNoise(sample, noise, timestep)
        : step === 'next_step'
          ? combine(schedule.towardsNoise(timestep, steps), sample, noise)
          : picture(noise);
    if (step !== 'scheduler_step' || schedule.config.prediction_type === 'epsilon') {
      section.compare(name, ours, TOLERANCES.arithmetic);
      continue;
    }
    // A scheduler that was told of the velocity takes `eps` for it.
    const factors = schedule.velocityFactors(timestep);
    const told = picture(combine({ latent: factors.sample, noise: factors.output }, sample, noise));
    const error = (step: Tensor) => difference(step.data, section.read(name).data).relative;
    section.compare(name, error(told) < error(ours) ? told : ours, TOLERANCES.arithmetic);
  }
}
