/** @file null_text: null-text inversion, and edits from its embeddings and from the negative prompt. */

import { z } from 'zod';
import { nullText } from '../../../daemon/src/methods/nullText.ts';
import { type EditTaus, p2plus } from '../../../daemon/src/methods/p2plus.ts';
import { type Path, plainPath } from '../../../daemon/src/methods/path.ts';
import { row, stack, type Tensor } from '../../../daemon/src/tensor/tensor.ts';
import { editControl } from '../editWords.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';
import { invert } from './ddim.ts';
import { comparePictures } from './picture.ts';

/** The official code's. */
const EARLY_STOP_EPSILON = 1e-5;

const Taus = z.object({ tau_c: z.number(), tau_s: z.number(), tau_u: z.number() });
const Run = z
  .object({
    T: z.number(),
    inner: z.number(),
    losses: z.array(z.number()),
    iterations_made: z.array(z.number()),
    source: z.string(),
    target: z.string(),
    guidance: z.number().optional(),
    eq: z.tuple([z.array(z.string()), z.array(z.number())]).optional(),
  })
  .catchall(z.unknown());
type Run = z.infer<typeof Run>;

export async function checkNullText(section: Section, subject: Subject): Promise<void> {
  const run = subject.golden.json('null_text', Run);
  if (run === null || section.tensors === null) return;
  const source = await subject.embed(run.source);
  const latent = await subject.model.encodePicture(await subject.picture());
  section.compare('x_T', (await invert(subject, latent, run.T, source)).at(-1)!, TOLERANCES.inversion);
  await section.attempt('uncond_embeddings', () => checkOptimisation(section, subject, run, latent));

  const unconditional = await subject.embed('');
  const start = section.read('x_T');
  const embeddings = section.read('uncond_embeddings');
  const paths: Readonly<Record<string, Path>> = {
    null_text: { ...plainPath([start], unconditional), unconditional: (step) => row(embeddings, step) },
    npi: { ...plainPath([start], source), oneSourceBranch: true },
  };
  for (const [name, prefix, method, kind] of section.matching(/^((null_text|npi)_(\w+))\/latents$/)) {
    await section.attempt(name, async () => {
      const taus = kind === 'reconstruction' ? null : Taus.parse(run[prefix!]);
      await checkEdit(section, subject, run, { prefix: prefix!, path: paths[method!]!, taus });
    });
  }
}

/** The whole optimisation, from the picture on. */
async function checkOptimisation(
  section: Section,
  subject: Subject,
  run: Run,
  latent: Tensor,
): Promise<void> {
  const losses: number[][] = [];
  const currents: Tensor[] = [];
  let timestep: number[] = [];
  const { learned } = await nullText(
    subject.model,
    {
      latent,
      prompt: await subject.embed(run.source),
      unconditional: await subject.embed(''),
      options: {
        steps: run.T,
        guidance: run.guidance ?? subject.guidance,
        innerSteps: run.inner,
        earlyStopEpsilon: EARLY_STOP_EPSILON,
        attentionLoss: false,
      },
    },
    { onProgress: ({ losses: found }) => found && timestep.push(found.latent) },
    async ({ current }) => {
      currents.push(current);
      losses.push(timestep);
      timestep = [];
    },
  );
  section.numbers('losses', losses.flat(), run.losses, TOLERANCES.nullTextLosses);
  section.numbers(
    'iterations_made',
    losses.map(({ length }) => length),
    run.iterations_made,
  );
  const embeddings = stack(learned.parameters.map(({ shape, data }) => ({ shape: [1, ...shape], data })));
  const { shape } = section.read('uncond_embeddings');
  section.compare('uncond_embeddings', { shape, data: embeddings.data }, TOLERANCES.nullTextEmbeddings);
  section.compare('latent_cur', stack(currents), TOLERANCES.nullTextLatents);
}

interface StoredEdit {
  readonly prefix: string;
  readonly path: Path;
  /** null where the source alone is sampled. */
  readonly taus: { readonly tau_c: number; readonly tau_s: number; readonly tau_u: number } | null;
}

async function checkEdit(
  section: Section,
  subject: Subject,
  { T, source, target, guidance = subject.guidance, eq }: Run,
  { prefix, path, taus }: StoredEdit,
): Promise<void> {
  const { model } = subject;
  const prompts = { source, target: taus === null ? source : target };
  const guided: EditTaus = { values: 0, self: taus?.tau_s ?? 0, unconditionalSelf: taus?.tau_u ?? 0 };
  // The reference reweights in its P2Plus edits only.
  const control =
    taus === null ? { steps: 0 } : { ...(prefix.includes('p2plus') ? { eq } : {}), steps: taus.tau_c };
  const steps = p2plus(model, {
    path,
    source: await subject.embed(prompts.source),
    target: await subject.embed(prompts.target),
    steps: T,
    guidance,
    taus: guided,
    cross: editControl(model.tokenizer, prompts, { kind: kindOf(prefix), ...control }, T),
    keepSource: true,
  });
  const latents: Tensor[] = [];
  // The source's row does not depend on the target's.
  for await (const step of steps) latents.push(taus === null ? row(step.latents, 0) : step.latents);
  const stored = section.read(`${prefix}/latents`);
  section.compare(`${prefix}/latents`, { shape: stored.shape, data: stack(latents).data }, TOLERANCES.edits);
  const pictures = `${prefix}/image_u8`;
  if (section.has(pictures)) await comparePictures(section, model, pictures, latents.at(-1)!);
}

/** The edit's name ends with it: `null_text_p2plus_replace`. A reconstruction is controlled by nothing. */
const kindOf = (prefix: string): 'replace' | 'refine' => (prefix.endsWith('refine') ? 'refine' : 'replace');
