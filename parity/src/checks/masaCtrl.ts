/** @file masactrl: mutual self-attention from several steps and layers on. */

import { z } from 'zod';
import { masaCtrl } from '../../../daemon/src/methods/masaCtrl.ts';
import { plainPath } from '../../../daemon/src/methods/path.ts';
import { stack, type Tensor } from '../../../daemon/src/tensor/tensor.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';
import { invert } from './ddim.ts';

const Run = z.object({
  T: z.number(),
  start_step: z.number(),
  start_layer: z.number(),
  prompts: z.tuple([z.string(), z.string()]),
  negative: z.string(),
  guidance: z.number(),
  inversion_prompt: z.string(),
});
type Run = z.infer<typeof Run>;

export async function checkMasaCtrl(section: Section, subject: Subject): Promise<void> {
  const runs = subject.golden.json('masactrl', z.array(Run));
  if (runs === null || section.tensors === null) return;
  const [{ T, inversion_prompt }] = runs as [Run];
  const latent = await subject.model.encodePicture(await subject.picture());
  const latents = await invert(subject, latent, T, await subject.embed(inversion_prompt));
  section.compare('x_T', latents.at(-1)!, TOLERANCES.inversion);
  section.markKey('', 'input', 'parameters of the runs');
  for (const [i, run] of runs.entries()) {
    await section.attempt(`${i}/latents`, async () => {
      const steps = masaCtrl(subject.model, {
        path: plainPath([section.read('x_T')], await subject.embed(run.negative)),
        source: await subject.embed(run.prompts[0]),
        target: await subject.embed(run.prompts[1]),
        steps: run.T,
        guidance: run.guidance,
        tauV: 0,
        startStep: run.start_step,
        startLayer: run.start_layer,
        keepSource: true,
      });
      const found: Tensor[] = [];
      for await (const step of steps) found.push(step.latents);
      const { shape } = section.read(`${i}/latents`);
      section.compare(`${i}/latents`, { shape, data: stack(found).data }, TOLERANCES.masaCtrl, {
        note: `from step ${run.start_step}, layer ${run.start_layer}`,
      });
    });
  }
}
