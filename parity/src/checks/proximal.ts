/** @file proximal: negative-prompt inversion with each kind of proximal guidance. */

import { z } from 'zod';
import { negativeEmbedding } from '../../../daemon/src/methods/negativePrompt.ts';
import { p2plus } from '../../../daemon/src/methods/p2plus.ts';
import { plainPath } from '../../../daemon/src/methods/path.ts';
import { OFFICIAL_PULL, type ProximalGuidance } from '../../../daemon/src/methods/proximalGuidance.ts';
import { row, stack, type Tensor } from '../../../daemon/src/tensor/tensor.ts';
import { editControl, Steps } from '../editWords.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES, type Tolerance } from '../tolerances.ts';
import { invert } from './ddim.ts';

const Run = z.object({
  prox: z.enum(['l0', 'l1']).nullable(),
  quantile: z.number().optional(),
  recon: z.boolean().optional(),
  inv: z.boolean().optional(),
  recon_t: z.number().optional(),
  recon_lr: z.number().optional(),
  npi_interp: z.number().optional(),
  dilate_mask: z.number().optional(),
  T: z.number(),
  guidance: z.number(),
  source: z.string(),
  target: z.string(),
  kind: z.enum(['replace', 'refine']),
  cross_replace_steps: Steps,
  self_replace_steps: z.number(),
});
type Run = z.infer<typeof Run>;

export async function checkProximal(section: Section, subject: Subject): Promise<void> {
  const runs = subject.golden.json('proximal', z.array(Run));
  if (runs === null || section.tensors === null) return;
  const [{ T, source }] = runs as [Run];
  const latent = await subject.model.encodePicture(await subject.picture());
  const latents = await invert(subject, latent, T, await subject.embed(source));
  section.compare('inversion', stack(latents), TOLERANCES.inversion);
  section.markKey('', 'input', 'parameters of the runs');
  for (const [i, run] of runs.entries()) {
    await section.attempt(`${i}/latents`, () => checkRun(section, subject, i, run));
  }
}

async function checkRun(section: Section, subject: Subject, i: number, run: Run): Promise<void> {
  const { model } = subject;
  const stored = section.read('inversion');
  const source = await subject.embed(run.source);
  const negative = negativeEmbedding(source, await subject.embed(''), run.npi_interp ?? 0);
  if (section.has(`${i}/uncond`)) section.compare(`${i}/uncond`, negative, TOLERANCES.networkCall);
  const steps = p2plus(model, {
    path: {
      ...plainPath(
        Array.from({ length: stored.shape[0]! }, (_, k) => row(stored, k)),
        negative,
      ),
      oneSourceBranch: !run.npi_interp,
      proximal: guidanceOf(run),
    },
    source,
    target: await subject.embed(run.target),
    steps: run.T,
    guidance: run.guidance,
    taus: { values: 0, self: run.self_replace_steps, unconditionalSelf: 0 },
    cross: editControl(model.tokenizer, run, { kind: run.kind, steps: run.cross_replace_steps }, run.T),
    keepSource: true,
  });
  const latents: Tensor[] = [];
  for await (const step of steps) latents.push(step.latents);
  const name = `${i}/latents`;
  const { shape } = section.read(name);
  section.compare(name, { shape, data: stack(latents).data }, toleranceOf(run), { note: describe(run) });
}

const guidanceOf = (run: Run): ProximalGuidance => ({
  norm: run.prox ?? 'none',
  quantile: run.quantile ?? 0,
  pull: run.recon ? 'picture' : run.inv ? 'trajectory' : 'none',
  pullBelow: run.recon_t ?? OFFICIAL_PULL.pullBelow,
  pullRate: run.recon_lr ?? OFFICIAL_PULL.pullRate,
  dilation: run.dilate_mask ?? OFFICIAL_PULL.dilation,
});

function toleranceOf({ prox, inv }: Run): Tolerance {
  if (inv) return TOLERANCES.proximalTrajectory;
  return prox === 'l1' ? TOLERANCES.proximalL1 : TOLERANCES.proximal;
}

const describe = ({ prox, recon, inv, npi_interp }: Run): string =>
  [prox ?? 'none', recon ? 'to the picture' : '', inv ? 'to the trajectory' : '', npi_interp ? 'slerp' : '']
    .filter((part) => part !== '')
    .join(', ');
