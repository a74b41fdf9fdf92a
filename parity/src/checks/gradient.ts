/** @file gradient: one step's losses, and their gradients with respect to the value and the unconditional context. */

import { z } from 'zod';
import type { Results } from '../../../daemon/src/execution/session.ts';
import { guide } from '../../../daemon/src/methods/ddimTrajectory.ts';
import { stepFeeds, targetMapFeeds } from '../../../daemon/src/methods/innerIteration.ts';
import { combine } from '../../../daemon/src/networks/noiseSchedule.ts';
import { NULL_TEXT_GRADIENT, valueGradients } from '../lossGradients.ts';
import { batched, inCallOrder } from '../mapNames.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES, type Tolerance } from '../tolerances.ts';
import { checkEmbeddings } from './embeddings.ts';

const Metadata = z.object({ timestep: z.coerce.number(), T: z.coerce.number() });

export async function checkGradient(section: Section, subject: Subject): Promise<void> {
  if (section.tensors === null) return;
  const { unet, schedule } = subject.model;
  const { timestep, T } = Metadata.parse(section.tensors.metadata);
  const guidance = subject.guidance;
  const latent = section.input('latent');
  const target = section.input('target_latent');
  const step = schedule.towardsPicture(timestep, T);
  const conditional = {
    latent,
    timestep,
    keyContext: await checkEmbeddings(section, subject, 'text_embedding'),
    valueContext: section.input('value_context'),
  };
  const unconditional = {
    latent,
    timestep,
    keyContext: await checkEmbeddings(section, subject, 'uncond_embedding'),
  };

  const noiseUncond = await unet.predictNoise(unconditional);
  const noiseCond = await unet.predictNoise(conditional);
  const rebuilt = combine(step, latent, guide(noiseUncond, noiseCond, guidance));
  compareStored(
    section,
    { eps_uncond: noiseUncond, eps_cond: noiseCond, latent_rec: rebuilt },
    {
      eps_uncond: TOLERANCES.networkCall,
      eps_cond: TOLERANCES.networkCall,
      latent_rec: TOLERANCES.edits,
    },
  );

  // From here on given the stored predictions, so that only the gradients' own rounding shows.
  const request = { noiseUncond: section.read('eps_uncond'), target, step, guidance };
  const maps = inCallOrder(section.matching(/^gt_attn\/(.+)$/).map(([, name]) => name!));
  const values = await unet.load(valueGradients(maps.length), latent.shape);
  const found = await values.session.run({
    ...unet.feeds(conditional),
    ...stepFeeds(request),
    ...targetMapFeeds(maps.map((name) => batched(section.input(`gt_attn/${name}`)))),
  });
  for (const [i, name] of maps.entries()) {
    if (section.has(`attn/${name}`))
      section.compare(`attn/${name}`, found[`map${i}`]!, TOLERANCES.attentionMaps);
  }
  compareStored(section, found, {
    latent_loss: TOLERANCES.firstLosses,
    attn_loss: TOLERANCES.firstLosses,
    grad_latent_loss: TOLERANCES.gradients,
    grad_attn_loss: TOLERANCES.gradients,
    grad_total: TOLERANCES.gradients,
  });

  if (!section.has('null_loss') && !section.has('grad_null')) return;
  // e_u + w (e_c - e_u) = e_c + (1 - w) (e_u - e_c): the same loss with the two predictions in each other's place.
  const swapped = { ...request, noiseUncond: section.read('eps_cond'), guidance: 1 - guidance };
  const nulls = await unet.load(NULL_TEXT_GRADIENT, latent.shape);
  const nullFound = await nulls.session.run({ ...unet.feeds(unconditional), ...stepFeeds(swapped) });
  compareStored(section, nullFound, {
    null_loss: TOLERANCES.firstLosses,
    grad_null: TOLERANCES.gradients,
  });
}

function compareStored(
  section: Section,
  found: Results,
  tolerances: Readonly<Record<string, Tolerance>>,
): void {
  for (const [name, tolerance] of Object.entries(tolerances)) {
    if (section.has(name)) section.compare(name, found[name]!, tolerance);
  }
}
