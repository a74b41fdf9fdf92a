/** @file edit: edits from the networks of the stored optimisation, step by step. */

import { z } from 'zod';
import type { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import { mappedContexts } from '../../../daemon/src/methods/mappedContexts.ts';
import {
  type EditTaus,
  type P2PlusRequest,
  p2plus,
  sourceGuidance,
} from '../../../daemon/src/methods/p2plus.ts';
import { plainPath, takesLearned } from '../../../daemon/src/methods/path.ts';
import { row, type Tensor, tensor } from '../../../daemon/src/tensor/tensor.ts';
import { deviationOf, meanOf } from '../difference.ts';
import { blendAlphas, type ControlWords, editControl, Steps, WordPair } from '../editWords.ts';
import type { Section } from '../section.ts';
import { StoredNetworks } from '../storedNetworks.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';
import { invert } from './ddim.ts';
import { comparePictures } from './picture.ts';

/** The official script's, where an edit names none. */
const DEFAULT_THRESHOLD = 0.3;

const Edit = z.object({
  /** The prefix of its tensors. */
  index: z.number(),
  /** `store` samples the source alone. */
  kind: z.enum(['store', 'replace', 'refine']),
  target: z.string().optional(),
  tau_v: z.number().optional(),
  tau_c: z.number().optional(),
  tau_s: z.number().optional(),
  tau_u: z.number().optional(),
  blend: WordPair.optional(),
  eq: z.tuple([z.array(z.string()), z.array(z.number())]).optional(),
  th: z.tuple([z.number(), z.number()]).optional(),
  cross_replace_steps: Steps.optional(),
  mask_mean: z.array(z.number()).optional(),
  latent_std: z.array(z.array(z.number())).optional(),
  num_self_replace: z.tuple([z.number(), z.number()]).optional(),
  num_uncond_self_replace: z.tuple([z.number(), z.number()]).optional(),
  v_steps: z.array(z.number()).optional(),
});
type Edit = z.infer<typeof Edit>;
const Edits = z.object({
  T: z.number(),
  source: z.string(),
  guidance: z.number().optional(),
  edits: z.array(Edit),
});
type Edits = z.infer<typeof Edits>;

export async function checkEdit(section: Section, subject: Subject): Promise<void> {
  const reference = subject.golden.json('edit', Edits);
  const optimised = subject.golden.tensors('stylediffusion');
  if (reference === null || section.tensors === null) return;
  const { T, source, edits } = reference;
  const prompt = await subject.embed(source);
  const latent = await subject.model.encodePicture(await subject.picture());
  section.compare('x_T', (await invert(subject, latent, T, prompt)).at(-1)!, TOLERANCES.inversion);
  if (optimised === null) throw new Error('edits start from the networks in stylediffusion.safetensors');

  const networks = new StoredNetworks(optimised, subject.model.tokenizer.maxLength);
  const parameters = Array.from({ length: T }, (_, i) => networks.flat(`final/${i}`));
  const learned = { shape: networks.shape, imageTokens: await subject.imageTokens() };
  const values = mappedContexts(subject.model, learned, prompt.shape[2]!);
  const path = {
    ...plainPath([section.input('x_T')], await subject.embed('')),
    conditional: async (step: number, keyContext: Tensor) => ({
      keyContext,
      valueContext: await values(parameters[step]!, keyContext),
    }),
  };
  for (const edit of edits) {
    await section.attempt(`${edit.index}/latents`, async () => {
      checkGuidance(section, edit, T);
      const request = { ...(await editRequest(subject, reference, edit)), path };
      await checkSteps(section, subject.model, edit, request);
    });
  }
}

function tausOf({ kind, tau_v = 1, tau_s = 0, tau_u = 0 }: Edit): EditTaus {
  return { values: kind === 'store' ? 1 : tau_v, self: tau_s, unconditionalSelf: tau_u };
}

/** At which steps what of the source guides the target. */
function checkGuidance(section: Section, edit: Edit, T: number): void {
  const guidance = Array.from({ length: T }, (_, i) => sourceGuidance(tausOf(edit), i, T));
  const interval = (replaced: readonly boolean[]) => [0, replaced.filter(Boolean).length];
  const key = (name: string) => `edits/${edit.index} ${name}`;
  if (edit.num_self_replace) {
    const ours = interval(guidance.map(({ selfReplacement }) => selfReplacement.conditional));
    section.numbers(key('num_self_replace'), ours, edit.num_self_replace);
  }
  if (edit.num_uncond_self_replace) {
    const ours = interval(guidance.map(({ selfReplacement }) => selfReplacement.unconditional));
    section.numbers(key('num_uncond_self_replace'), ours, edit.num_uncond_self_replace);
  }
  if (edit.v_steps) {
    const ours = guidance.flatMap((_, i) => (takesLearned(i, T, tausOf(edit).values) ? [i] : []));
    section.numbers(key('v_steps'), ours, edit.v_steps);
  }
}

async function editRequest(
  subject: Subject,
  { T, source, guidance = subject.guidance }: Edits,
  edit: Edit,
): Promise<Omit<P2PlusRequest, 'path'>> {
  const { tokenizer } = subject.model;
  // The source's row does not depend on the target's: a stored source is edited into itself.
  const prompts = { source, target: edit.target ?? source };
  const blend = edit.blend && {
    words: blendAlphas(tokenizer, prompts, edit.blend),
    threshold: edit.th?.[0] ?? DEFAULT_THRESHOLD,
    manner: 'official' as const,
  };
  return {
    source: await subject.embed(prompts.source),
    target: await subject.embed(prompts.target),
    steps: T,
    guidance,
    taus: tausOf(edit),
    cross: editControl(tokenizer, prompts, controlOf(edit), T),
    ...(blend ? { blend } : {}),
  };
}

/** What of an edit its cross-attention depends on; a stored source is controlled by nothing. */
const controlOf = ({ kind, eq, tau_c = 0, cross_replace_steps = tau_c }: Edit): ControlWords => ({
  kind: kind === 'refine' ? 'refine' : 'replace',
  eq,
  steps: kind === 'store' ? 0 : cross_replace_steps,
});

async function checkSteps(
  section: Section,
  model: StableDiffusion,
  { index, kind, mask_mean, latent_std }: Edit,
  request: P2PlusRequest,
): Promise<void> {
  const rows = kind === 'store' ? 1 : 2;
  const stored = section.matching(new RegExp(`^${index}/attention_store/(.+)$`));
  const sums = new Map<string, Float32Array>();
  const masks: Tensor[] = [];
  const deviations: number[] = [];
  let latents = request.path.latents[0]!;
  let step = 0;
  for await (const done of p2plus(model, {
    ...request,
    keepSource: true,
    maps: stored.length > 0 ? 'each' : 'needed',
  })) {
    latents = firstRows(done.latents, rows);
    section.compare(`${index}/latents/${step++}`, latents, TOLERANCES.edits);
    for (let p = 0; p < rows; p++) deviations.push(deviationOf(row(latents, p).data));
    for (const [name, map] of done.maps) {
      const { data } = firstRows(map, rows);
      const sum = sums.get(name);
      sums.set(name, sum ? sum.map((x, i) => x + data[i]!) : data);
    }
    if (done.mask) {
      section.compare(`${index}/mask/${masks.length}`, done.mask, TOLERANCES.masks);
      masks.push(done.mask);
    }
  }
  for (const [name, place] of stored) {
    const { shape } = section.read(name);
    const sum = sums.get(place!);
    if (sum) section.compare(name, tensor(shape, sum), TOLERANCES.edits);
  }
  if (mask_mean) {
    const means = masks.map(({ data }) => meanOf(data));
    section.numbers(`edits/${index} mask_mean`, means, mask_mean, TOLERANCES.arithmetic);
  }
  if (latent_std)
    section.numbers(`edits/${index} latent_std`, deviations, latent_std.flat(), TOLERANCES.edits);
  if (section.has(`${index}/image_u8`)) await comparePictures(section, model, `${index}/image_u8`, latents);
}

const firstRows = ({ shape, data }: Tensor, rows: number): Tensor => ({
  shape: [rows, ...shape.slice(1)],
  data: data.subarray(0, (data.length / shape[0]!) * rows),
});
