/** @file plug_and_play: injected features under several negative prompts' schedules. */

import { z } from 'zod';
import { ddimSampling, promptContexts } from '../../../daemon/src/methods/ddimTrajectory.ts';
import { plainPath } from '../../../daemon/src/methods/path.ts';
import { fallingWeight, plugAndPlay } from '../../../daemon/src/methods/plugAndPlay.ts';
import { row, stack, type Tensor } from '../../../daemon/src/tensor/tensor.ts';
import { difference } from '../difference.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';
import { invert } from './ddim.ts';

const Run = z.object({
  T: z.number(),
  guidance: z.number(),
  qk_last_step: z.number(),
  residual_last_step: z.number(),
  negative_prompt: z.string(),
  prompt: z.string(),
  negative_alpha: z.array(z.number()),
  schedule: z.enum(['linear', 'constant']),
});

export async function checkPlugAndPlay(section: Section, subject: Subject): Promise<void> {
  const runs = subject.golden.json('plug_and_play', z.record(z.string(), Run));
  if (runs === null || section.tensors === null) return;
  const { model } = subject;
  const [{ T }] = Object.values(runs) as [z.infer<typeof Run>];
  const latent = await model.encodePicture(await subject.picture());
  const start = section.read('x_T');
  const inverted = await subject.identify(async ({ embedding }) => {
    const latents = await invert(subject, latent, T, embedding);
    return difference(latents.at(-1)!.data, start.data).relative;
  }, TOLERANCES.inversion.limit);
  const x_T = (await invert(subject, latent, T, inverted.embedding)).at(-1)!;
  section.compare('x_T', x_T, TOLERANCES.inversion, { note: JSON.stringify(inverted.prompt) });

  // The source is sampled with the prompt that it was inverted with.
  const source = inverted.embedding;
  const unconditional = await subject.embed('');
  const contexts = promptContexts(source, unconditional);
  const own = await ddimSampling(model, { latent: start, contexts, steps: T, guidance: 1 });
  section.compare('source/latents', stack(own), TOLERANCES.sampling);

  for (const [name, run] of Object.entries(runs)) {
    const tensorName = `${name}/latents`;
    await section.attempt(tensorName, async () => {
      if (run.schedule === 'linear') {
        const falling = fallingWeight(run.negative_alpha[0]!, run.T);
        const ours = run.negative_alpha.map((_, i) => falling(i));
        section.numbers(`${name} negative_alpha`, ours, run.negative_alpha, TOLERANCES.arithmetic);
      }
      const steps = plugAndPlay(model, {
        path: plainPath([start], unconditional),
        source,
        negative: await subject.embed(run.negative_prompt),
        target: await subject.embed(run.prompt),
        steps: run.T,
        guidance: run.guidance,
        attentionUntil: run.qk_last_step / run.T,
        featuresUntil: run.residual_last_step / run.T,
        emptyWeight: (step) => run.negative_alpha[step]!,
      });
      const found: Tensor[] = [];
      for await (const step of steps) found.push(row(step.latents, 1));
      section.compare(tensorName, stack(found), TOLERANCES.plugAndPlay);
    });
  }
}
