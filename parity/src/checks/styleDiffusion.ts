/** @file stylediffusion: the official optimisation, from its stored weights and by a run of our own. */

import { predictWithMaps } from '../../../daemon/src/methods/attentionTargets.ts';
import { guide } from '../../../daemon/src/methods/ddimTrajectory.ts';
import { mappedContexts } from '../../../daemon/src/methods/mappedContexts.ts';
import { combine } from '../../../daemon/src/networks/noiseSchedule.ts';
import { row, stack, type Tensor, tensor } from '../../../daemon/src/tensor/tensor.ts';
import { valueGradients } from '../lossGradients.ts';
import { type Optimisation, storedLatent, TARGET_MAP, targetMapNames, timestepOf } from '../optimisation.ts';
import type { Section } from '../section.ts';
import { StoredNetworks } from '../storedNetworks.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';
import { invert } from './ddim.ts';
import { checkRun, checkSchedules, Run } from './styleDiffusionRun.ts';
import { checkTraining, type Trained } from './styleDiffusionTraining.ts';

/** The main optimisation, or one of its variants, which store less: each tensor is checked where it is there. */
export async function checkStyleDiffusion(section: Section, subject: Subject): Promise<void> {
  const { part, golden, tensors } = section;
  const run = golden.json(part, Run);
  if (run === null) return;
  checkSchedules(section, subject, run);
  if (tensors === null) return;
  if (section.has('ddim_latents')) {
    await section.attempt('ddim_latents', () => checkTrajectory(section, subject, run));
  }
  if (section.matching(TARGET_MAP).length > 0) {
    await section.attempt('gt_attn', () => checkTargetMaps(section, subject, run));
  }
  // A variant starts from the weights of the main optimisation.
  const first = section.has('init/0/conv_start.weight') ? tensors : golden.tensors('stylediffusion');
  if (first === null) return;
  const networks = new StoredNetworks(first, subject.model.tokenizer.maxLength);
  if (first === tensors) {
    await section.attempt('final', async () => {
      const optimisation = { section, subject, run, networks };
      const trained = await checkTraining(optimisation, run);
      await checkValues(optimisation, trained);
      await checkFirstLosses(optimisation, run);
      await checkLatents(optimisation);
    });
  }
  await section.attempt('latent_cur', () => checkRun(section, subject, run, networks.flat('init/0')));
}

async function checkTrajectory(section: Section, subject: Subject, { prompt, T }: Run): Promise<void> {
  const start = row(section.read('ddim_latents'), 0);
  const latents = await invert(subject, start, T, await subject.embed(prompt));
  section.compare('ddim_latents', stack(latents), TOLERANCES.inversion);
  const ours = await subject.model.encodePicture(await subject.picture());
  section.compareRow('ddim_latents', 0, ours, TOLERANCES.networkCall);
}

/** A*[s] of each step, from the stored latents; the list begins with a sum, and ends with an alias. */
async function checkTargetMaps(section: Section, subject: Subject, { prompt, T }: Run): Promise<void> {
  const { unet, schedule } = subject.model;
  const names = targetMapNames(section);
  const keyContext = await subject.embed(prompt);
  const latents = section.read('ddim_latents');
  const steps: (readonly Tensor[])[] = [];
  for (const [k, timestep] of schedule.timesteps(T).reverse().entries()) {
    const { maps } = await predictWithMaps(unet, { latent: row(latents, k), timestep, keyContext });
    steps.push(maps);
  }
  const compare = (s: number, maps: readonly Tensor[], note?: string) => {
    for (const [m, name] of names.entries()) {
      const stored = `gt_attn/${s}/${name}`;
      const options = note === undefined ? {} : { note };
      if (section.has(stored)) section.compare(stored, maps[m]!, TOLERANCES.attentionMaps, options);
    }
  };
  const sums = names.map((_, m) => sum(steps.map((maps) => maps[m]!)));
  compare(0, sums, 'the sum over all steps');
  for (let s = 1; s < T; s++) compare(s, steps[s]!);
  compare(T, steps[T - 1]!, `an alias of entry ${T - 1}`);
}

/** The value contexts of the source prompt from the stored networks. */
async function checkValues(
  { section, subject, networks, run }: Optimisation,
  trained: Trained,
): Promise<void> {
  const source = await subject.embed(run.prompt);
  const learned = { shape: networks.shape, imageTokens: await subject.imageTokens() };
  const values = mappedContexts(subject.model, learned, source.shape[2]!);
  for (const [name, i] of section.matching(/^value_context_init\/(\d+)$/)) {
    section.compare(name, await values(networks.flat(`init/${i}`), source), TOLERANCES.networkCall);
  }
  for (const [name, i] of section.matching(/^value_context\/(\d+)$/)) {
    if (i === '0' && !trained.stored) {
      const options = { note: 'final/0 holds init/0, so from our own training' };
      section.compare(name, await values(trained.parameters, source), TOLERANCES.laterLosses, options);
    } else {
      section.compare(name, await values(networks.flat(`final/${i}`), source), TOLERANCES.networkCall);
    }
  }
}

/** The first loss of each timestep, from the value context that the timestep before ended with. */
async function checkFirstLosses(optimisation: Optimisation, run: Run): Promise<void> {
  const { section, subject } = optimisation;
  const variant = valueGradients(run.attention_loss ? targetMapNames(section).length : 0);
  const found = { latent: [] as number[], attention: [] as number[] };
  const stored = { latent: [] as number[], attention: [] as number[] };
  let start = 0;
  for (const [i, iterations] of run.iterations_made.entries()) {
    const name = i === 0 ? 'value_context_init/0' : `value_context/${i - 1}`;
    if (!section.has(name)) break;
    const { conditional, feeds } = await timestepOf(optimisation, i);
    const { unet } = subject.model;
    const { session } = await unet.load(variant, conditional.latent.shape);
    const request = { ...conditional, valueContext: section.read(name) };
    const losses = await session.run({ ...unet.feeds(request), ...feeds });
    found.latent.push(losses.latent_loss!.data[0]!);
    found.attention.push(losses.attn_loss?.data[0] ?? 0);
    stored.latent.push(run.latent_loss[start]!);
    stored.attention.push(run.attn_loss[start]!);
    start += iterations;
  }
  const options = { note: 'from the stored value contexts' };
  const tolerance = TOLERANCES.firstLosses;
  section.numbers('latent_loss of first iterations', found.latent, stored.latent, tolerance, options);
  if (!run.attention_loss) return;
  section.numbers('attn_loss of first iterations', found.attention, stored.attention, tolerance, options);
}

/** Each timestep's latent from the one before and the stored value context. */
async function checkLatents({ section, subject, run }: Optimisation): Promise<void> {
  const { unet, schedule } = subject.model;
  const [source, unconditional] = [await subject.embed(run.prompt), await subject.embed('')];
  const latents: Tensor[] = [];
  for (const [i, timestep] of schedule.timesteps(run.T).entries()) {
    if (!section.has(`value_context/${i}`)) return;
    const valueContext = section.read(`value_context/${i}`);
    const latent = storedLatent(section, run.T, i);
    const noiseUncond = await unet.predictNoise({ latent, timestep, keyContext: unconditional });
    const noiseCond = await unet.predictNoise({ latent, timestep, keyContext: source, valueContext });
    const noise = guide(noiseUncond, noiseCond, run.guidance);
    latents.push(combine(schedule.towardsPicture(timestep, run.T), latent, noise));
  }
  section.compare('latent_cur', stack(latents), TOLERANCES.edits, {
    note: 'each from the stored one before',
  });
}

const sum = (parts: readonly Tensor[]): Tensor =>
  tensor(
    parts[0]!.shape,
    parts[0]!.data.map((_, i) => parts.reduce((total, { data }) => total + data[i]!, 0)),
  );
