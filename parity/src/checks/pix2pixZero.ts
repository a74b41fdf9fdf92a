/** @file pix2pix_zero: regularisers, regularised inversion, edit direction, reference pass and edit. */

import { z } from 'zod';
import { autoCorrelation, divergence, type Rolls } from '../../../daemon/src/methods/noiseRegularization.ts';
import { plainPath } from '../../../daemon/src/methods/path.ts';
import { editDirection, pix2pixZero } from '../../../daemon/src/methods/pix2pixZero.ts';
import { regularizedInversion } from '../../../daemon/src/methods/regularized.ts';
import { row, stack, type Tensor, tensor } from '../../../daemon/src/tensor/tensor.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';

const Run = z.object({
  reg_rolls: z.array(z.number()),
  inversion: z.object({
    T: z.number(),
    timesteps: z.array(z.number()),
    prompt: z.string(),
    rolls: z.array(z.number()),
    lambda_ac: z.number().default(20),
    lambda_kl: z.number().default(20),
    num_reg_steps: z.number().default(5),
    num_ac_rolls: z.number().default(5),
  }),
  edit_direction: z.object({ source_sentences: z.array(z.string()), target_sentences: z.array(z.string()) }),
  edit: z.object({
    T: z.number(),
    guidance: z.number(),
    xa_guidance: z.number(),
    prompt: z.string(),
    losses: z.array(z.number()),
  }),
});
type Run = z.infer<typeof Run>;

export async function checkPix2PixZero(section: Section, subject: Subject): Promise<void> {
  const run = subject.golden.json('pix2pix_zero', Run);
  if (run === null || section.tensors === null) return;
  const noise = section.input('reg/x');
  const correlation = autoCorrelation(noise, recorded(run.reg_rolls));
  const distance = divergence(noise);
  section.compare('reg/auto_corr_loss', tensor([], [correlation.loss]), TOLERANCES.arithmetic);
  section.compare('reg/auto_corr_grad', correlation.gradient, TOLERANCES.gradients);
  section.compare('reg/kl_loss', tensor([], [distance.loss]), TOLERANCES.arithmetic);
  section.compare('reg/kl_grad', distance.gradient, TOLERANCES.gradients);
  await section.attempt('inversion', () => checkInversion(section, subject, run));
  await section.attempt('edit/latents', () => checkEdit(section, subject, run));
}

/** The random shifts of the reference, in its order. */
function recorded(shifts: readonly number[]): Rolls {
  const rest = shifts.values();
  return () => {
    const { value, done } = rest.next();
    if (done) throw new Error('there are more shifts than the reference made');
    return value;
  };
}

async function checkInversion(section: Section, subject: Subject, { inversion }: Run): Promise<void> {
  const { model } = subject;
  const { T, prompt, rolls, timesteps } = inversion;
  const ours = model.schedule.timesteps(T).reverse().slice(1, -1);
  section.numbers('inversion timesteps', ours, timesteps);
  const latents = await regularizedInversion(
    model,
    row(section.read('inversion'), 0),
    await subject.embed(prompt),
    T,
    recorded(rolls),
    {},
    {
      rounds: inversion.num_reg_steps,
      correlationSteps: inversion.num_ac_rolls,
      correlationRate: inversion.lambda_ac,
      klRate: inversion.lambda_kl,
    },
  );
  section.compare('inversion', stack(latents), TOLERANCES.pix2pixZero);
}

async function checkEdit(section: Section, subject: Subject, { edit, edit_direction }: Run): Promise<void> {
  const embed = (sentences: readonly string[]) =>
    Promise.all(sentences.map((sentence) => subject.embed(sentence)));
  const direction = editDirection(
    await embed(edit_direction.source_sentences),
    await embed(edit_direction.target_sentences),
  );
  section.compare('edit_direction', direction, TOLERANCES.networkCall);

  const inversion = section.read('inversion');
  const start = row(inversion, inversion.shape[0]! - 1);
  const steps = pix2pixZero(subject.model, {
    path: plainPath([start], await subject.embed('')),
    source: await subject.embed(edit.prompt),
    direction,
    steps: edit.T,
    guidance: edit.guidance,
    rate: edit.xa_guidance,
  });
  const [source, target]: [Tensor[], Tensor[]] = [[], []];
  const losses: number[] = [];
  for await (const { latents, loss, gradient } of steps) {
    const stored = `edit/gradient_step${losses.length}`;
    if (section.has(stored)) section.compare(stored, gradient, TOLERANCES.pix2pixZero);
    source.push(row(latents, 0));
    target.push(row(latents, 1));
    losses.push(loss);
  }
  section.compare('reconstruction/latents', stack(source), TOLERANCES.sampling);
  section.compare('edit/latents', stack(target), TOLERANCES.pix2pixZero);
  section.numbers('edit losses', losses, edit.losses, TOLERANCES.pix2pixZero);
}
