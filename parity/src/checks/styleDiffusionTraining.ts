/** @file stylediffusion: gradients, losses and Adam's steps, each from the stored weights. */

import { freshAdam } from '../../../daemon/src/methods/adam.ts';
import type { Tensor } from '../../../daemon/src/tensor/tensor.ts';
import { largestOf } from '../difference.ts';
import {
  firstGradient,
  followGradients,
  type Iteration,
  iterate,
  type Optimisation,
  RECIPE,
  timestepOf,
} from '../optimisation.ts';
import type { Section } from '../section.ts';
import { RUNNING_STATISTICS } from '../storedNetworks.ts';
import { TIGHT_LOSSES, TOLERANCES, type Tolerance } from '../tolerances.ts';
import type { Run } from './styleDiffusionRun.ts';

/** The batch norm takes a constant of each channel away, so these have no effect and their gradients are noise. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  'conv_start.bias': 'conv_start.weight',
  'conv_block.0.0.bias': 'conv_block.0.0.weight',
};

/** The network [P] that a timestep ended with, and how near it is to the reference's. */
export interface Trained {
  readonly parameters: Tensor;
  /** Whether it is the stored one; otherwise it is ours, which drifts from the reference's. */
  readonly stored: boolean;
}

/** A network of our own is as far from the reference's as losses later are. */
const OF_DRIFTED = {
  tolerance: TOLERANCES.laterLosses,
  note: 'final/0 holds init/0, so from our own training',
};

/**
 * Every stored weight and gradient, and all losses, each timestep from its stored beginning. Returns the network of
 * timestep 0.
 */
export async function checkTraining(optimisation: Optimisation, run: Run): Promise<Trained> {
  const { section, networks } = optimisation;
  const first = await trainFirst(optimisation, run);
  // A set may have been stored after its first network had been put back to where it began.
  const reset = networks.has('final/0') && same(networks.flat('final/0'), networks.flat('init/0'));
  const trained: Trained =
    reset || !networks.has('final/0')
      ? { parameters: first.parameters, stored: false }
      : { parameters: networks.flat('final/0'), stored: true };
  markWeights(section, reset);

  const losses = [...first.iterations];
  for (let i = 1; i < run.T && (i === 1 || networks.has(`final/${i - 1}`)); i++) {
    const timestep = await timestepOf(optimisation, i);
    let state = freshAdam(i === 1 ? trained.parameters : networks.flat(`final/${i - 1}`));
    for (let k = 1; k <= run.iterations_made[i]!; k++) {
      const found = await iterate(optimisation, timestep, state, k);
      losses.push(found);
      state = found.next;
      if (k > 1 || !networks.has(`grad_first_iteration/${i}`)) continue;
      const drifted = i === 1 && !trained.stored ? OF_DRIFTED : {};
      compareGradient(optimisation, `grad_first_iteration/${i}`, found, drifted);
    }
  }
  compareLosses(section, run, losses);
  return trained;
}

/** Loosely, since Adam divides noise by noise within a timestep too; the first few tightly. */
function compareLosses(section: Section, run: Run, iterations: readonly Iteration[]): void {
  const tight = Math.min(TIGHT_LOSSES, run.iterations_made[0]!);
  const compare = (
    key: string,
    ours: readonly number[],
    stored: readonly number[],
    later: Tolerance = TOLERANCES.laterLosses,
  ) => {
    const options = { note: 'from the stored weights' };
    const first = stored.slice(0, tight);
    section.numbers(`${key} first ${tight}`, ours.slice(0, tight), first, TOLERANCES.firstLosses, options);
    section.numbers(`${key} all`, ours, stored.slice(0, ours.length), later, options);
  };
  const [latent, attention] = [iterations.map((x) => x.latentLoss), iterations.map((x) => x.attentionLoss)];
  compare('latent_loss', latent, run.latent_loss);
  compare(
    'loss',
    latent.map((x, i) => x + attention[i]!),
    run.loss,
  );
  if (run.attention_loss) compare('attn_loss', attention, run.attn_loss, TOLERANCES.laterAttentionLosses);
}

/**
 * The first timestep: each iteration whose weights are stored from these, the others by our own Adam from there on.
 */
async function trainFirst(
  optimisation: Optimisation,
  { iterations_made }: Run,
): Promise<{ iterations: Iteration[]; parameters: Tensor }> {
  const { section, networks } = optimisation;
  const timestep = await timestepOf(optimisation, 0);
  const traced = numbers(section, /^trace\/(\d+)\/weight\//).filter((j) => j > 0);
  const iterations: Iteration[] = [];
  for (const j of [0, ...traced]) {
    const weights = j === 0 ? 'init/0' : `trace/${j}/weight`;
    const gradient = gradientOf(j);
    if (!networks.has(gradient)) break;
    const found = await iterate(optimisation, timestep, freshAdam(networks.flat(weights)), 1);
    iterations.push(found);
    compareGradient(optimisation, gradient, found);
  }
  const path = await followGradients(
    networks.flat('init/0'),
    iterations.map((_, j) => networks.flat(gradientOf(j))),
    RECIPE.learningRate(0),
  );
  for (const j of traced) {
    const next = path[j - 1];
    if (next === undefined) continue;
    for (const [name, weight] of networks.split(next.parameters)) {
      // Not on our own gradients: there Adam would divide noise by noise.
      const options = { note: 'Adam on the stored gradients' };
      section.compare(`trace/${j}/weight/${name}`, weight, TOLERANCES.arithmetic, options);
    }
  }

  let state = path.at(-1) ?? freshAdam(networks.flat('init/0'));
  for (let k = iterations.length + 1; k <= iterations_made[0]!; k++) {
    const found = await iterate(optimisation, timestep, state, k);
    iterations.push(found);
    state = found.next;
  }
  return { iterations, parameters: state.parameters };
}

/** Where the gradient at iteration j of the first timestep is stored. */
const gradientOf = (j: number): string => (j === 0 ? 'grad_first_iteration/0' : `trace/${j}/grad`);

/** Weights are what everything else is computed from; some stored ones are never read by the reference. */
function markWeights(section: Section, reset: boolean): void {
  for (const { input: name } of section.matching(/^(init|final)\//)) {
    if (RUNNING_STATISTICS.test(name)) {
      section.mark(name, 'not used', 'the batch norm never leaves training mode');
    } else if (name.startsWith('init/') && !name.startsWith('init/0/')) {
      section.mark(name, 'not used', 'replaced by the network of the timestep before');
    } else {
      section.input(
        name,
        reset && name.startsWith('final/0/') ? 'holds init/0, and edits start from it so' : undefined,
      );
    }
  }
}

function compareGradient(
  { section, networks }: Optimisation,
  prefix: string,
  found: Iteration,
  { tolerance = TOLERANCES.gradients, note }: { readonly tolerance?: Tolerance; readonly note?: string } = {},
): void {
  const ours = networks.split(firstGradient(found));
  for (const [name, gradient] of ours) {
    const weight = WITHOUT_EFFECT[name];
    if (weight === undefined) {
      section.compare(`${prefix}/${name}`, gradient, tolerance, note === undefined ? {} : { note });
    } else {
      const absolute = largestOf(gradient.data);
      const relative = absolute / largestOf(ours.get(weight)!.data);
      const reason = `no information in it: ours is nothing beside ${weight}'s`;
      section.judgeTensor(`${prefix}/${name}`, { absolute, relative }, TOLERANCES.gradients, reason);
    }
  }
}

const same = (a: Tensor, b: Tensor): boolean => a.data.every((x, i) => x === b.data[i]);

/** The numbers that a pattern's group finds, each once, in order. */
function numbers(section: Section, pattern: RegExp): number[] {
  const found = new Set(section.matching(pattern).map(([, number]) => Number(number)));
  return [...found].sort((a, b) => a - b);
}
