/** @file sdedit: noising to a strength, and the way back under another prompt. */

import { z } from 'zod';
import { promptContexts } from '../../../daemon/src/methods/ddimTrajectory.ts';
import { sdedit } from '../../../daemon/src/methods/sdedit.ts';
import { stack } from '../../../daemon/src/tensor/tensor.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';

const Runs = z.array(
  z.object({
    strength: z.number(),
    T: z.number(),
    timesteps: z.array(z.number()),
    prompt: z.string(),
    guidance: z.number(),
  }),
);

export async function checkSdedit(section: Section, subject: Subject): Promise<void> {
  const { model } = subject;
  if (section.has('latent')) {
    section.compare('latent', await model.encodePicture(await subject.picture()), TOLERANCES.networkCall);
  }
  for (const { strength, T, timesteps, prompt, guidance } of subject.golden.json('sdedit', Runs) ?? []) {
    const count = Math.floor(T * strength);
    const ours = model.schedule.timesteps(T).slice(T - count);
    section.numbers(`strength ${strength} timesteps`, ours, timesteps);
    // By number: 1 is written "1.0" by Python.
    const prefix = section.matching(/^s([\d.]+)\/noised$/).find(([, s]) => Number(s) === strength)?.[0];
    if (prefix === undefined) continue;
    await section.attempt(prefix, async () => {
      const { noised, latents } = await sdedit(model, {
        latent: section.read('latent'),
        noise: section.input('noise'),
        strength,
        steps: T,
        guidance,
        contexts: promptContexts(await subject.embed(prompt), await subject.embed('')),
      });
      section.compare(prefix, noised, TOLERANCES.arithmetic);
      section.compare(prefix.replace(/noised$/, 'latents'), stack(latents), TOLERANCES.sampling);
    });
  }
}
