/** @file stylediffusion: schedules, and a run of our own beside the stored losses. */

import { z } from 'zod';
import { styleDiffusion } from '../../../daemon/src/methods/styleDiffusion.ts';
import type { Losses } from '../../../daemon/src/methods/watch.ts';
import { row, stack, type Tensor } from '../../../daemon/src/tensor/tensor.ts';
import { RECIPE } from '../optimisation.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES, type Tolerance } from '../tolerances.ts';

export const Run = z.object({
  prompt: z.string(),
  T: z.number(),
  guidance: z.number(),
  inner_schedule: z.array(z.number()),
  iterations_made: z.array(z.number()),
  lr: z.array(z.number()),
  early_stop_epsilon: z.number(),
  attention_loss: z.boolean(),
  latent_loss: z.array(z.number()),
  attn_loss: z.array(z.number()),
  loss: z.array(z.number()),
  timesteps: z.array(z.number()),
});
export type Run = z.infer<typeof Run>;

/** What follows from the recipe alone. */
export function checkSchedules(section: Section, { model }: Subject, run: Run): void {
  const [innerSteps = 0] = run.inner_schedule;
  const indices = run.timesteps.map((_, i) => i);
  section.numbers('timesteps', model.schedule.timesteps(run.T), run.timesteps);
  section.numbers(
    'inner_schedule',
    indices.map((i) => RECIPE.iterations(i, innerSteps)),
    run.inner_schedule,
  );
  section.numbers('lr', indices.map(RECIPE.learningRate), run.lr, TOLERANCES.arithmetic);
  section.numbers('iterations_made by the stored losses', stopsByLosses(run), run.iterations_made);
}

/** Iterations until the stop rule, by the stored losses. */
function stopsByLosses({ inner_schedule, iterations_made, early_stop_epsilon, loss }: Run): number[] {
  let start = 0;
  return inner_schedule.map((most, i) => {
    const losses = loss.slice(start, start + iterations_made[i]!);
    start += losses.length;
    const stop = losses.findIndex((value) => value < RECIPE.stopBelow(i, early_stop_epsilon));
    // Neither the rule nor the schedule ends it here: there would have been one more.
    return stop >= 0 ? stop + 1 : losses.length === most ? most : losses.length + 1;
  });
}

/**
 * The whole optimisation from the stored first network. Adam divides noise by noise, so two correct runs drift apart
 * from the first step on: one parameter whose gradient is near zero goes the other way.
 */
export async function checkRun(section: Section, subject: Subject, run: Run, initial: Tensor): Promise<void> {
  const losses: Losses[] = [];
  const latents: Tensor[] = [];
  await styleDiffusion(
    subject.model,
    {
      latent: row(section.read('ddim_latents'), 0),
      imageTokens: await subject.imageTokens(),
      prompt: await subject.embed(run.prompt),
      unconditional: await subject.embed(''),
      initial,
      options: {
        recipe: 'official',
        learn: 'values',
        steps: run.T,
        guidance: run.guidance,
        innerSteps: run.inner_schedule[0]!,
        earlyStopEpsilon: run.early_stop_epsilon,
        attentionLoss: run.attention_loss,
        seed: 0,
      },
    },
    {
      onProgress: (progress) => {
        if (progress.losses) losses.push(progress.losses);
      },
    },
    async ({ current }) => {
      latents.push(current);
    },
  );
  const drifts = { mayDiffer: true, note: 'our run, which drifts' };
  if (!section.report.covers(`${section.part}.safetensors`, 'latent_cur')) {
    section.compareRow('latent_cur', 0, latents[0]!, TOLERANCES.laterLosses, { note: 'our run' });
    const options = { ...drifts, name: 'latent_cur our run' };
    section.compare('latent_cur', stack(latents), TOLERANCES.laterLosses, options);
  }
  const compare = (
    key: string,
    ours: (found: Losses) => number,
    stored: readonly number[],
    later: Tolerance,
  ) => {
    const timestep0 = run.iterations_made[0]!;
    section.numbers(`${key} [0]`, losses.slice(0, 1).map(ours), stored.slice(0, 1), TOLERANCES.firstLosses);
    section.numbers(
      `${key} timestep 0`,
      losses.slice(0, timestep0).map(ours),
      stored.slice(0, timestep0),
      later,
    );
    section.numbers(`${key} our run`, losses.map(ours), stored, later, drifts);
  };
  compare('latent_loss', ({ latent }) => latent, run.latent_loss, TOLERANCES.laterLosses);
  compare('loss', ({ latent, attention }) => latent + attention, run.loss, TOLERANCES.laterLosses);
  if (run.attention_loss) {
    compare('attn_loss', ({ attention }) => attention, run.attn_loss, TOLERANCES.laterAttentionLosses);
  } else {
    section.markKey('attn_loss', 'not used', 'the term is off, so we do not compute it');
  }
}
