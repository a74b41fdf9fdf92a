/** @file scheduler: timesteps, alphas_cumprod, and single steps on `sample` and `eps`. */

import { z } from 'zod';
import { combine } from '../../models/noiseSchedule.ts';
import { tensor } from '../../tensor/tensor.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';

const Timesteps = z.record(z.string(), z.union([z.array(z.number()), z.number()]));

/** What the pipeline's constructor adds to every timestep; the lists without a pipeline lack it. */
const STEPS_OFFSET = 1;

export async function checkScheduler(section: Section, { golden, model }: Subject): Promise<void> {
  const { schedule } = model;
  for (const [key, expected] of Object.entries(golden.json('scheduler', Timesteps) ?? {})) {
    const [, steps, bare] = /^(\d+)(_without_pipeline)?$/.exec(key) ?? [];
    if (steps !== undefined && Array.isArray(expected)) {
      const timesteps = schedule.timesteps(Number(steps)).map((t) => (bare ? t - STEPS_OFFSET : t));
      section.numbers(key, timesteps, expected);
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
    const ours =
      step === 'add_noise'
        ? schedule.addNoise(sample, noise, timestep)
        : step === 'next_step'
          ? combine(schedule.towardsNoise(timestep, steps), sample, noise)
          : combine(schedule.towardsPicture(timestep, steps), sample, noise);
    section.compare(name, ours, TOLERANCES.arithmetic);
  }
}
