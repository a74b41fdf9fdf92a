/** @file The settings of the optimisations: StyleDiffusion's official code, its paper, and null-text inversion. */

import type { MappingKind } from '../networks/mappingNetwork.ts';
import type { AdamOptions } from './adam.ts';
import type { InversionValues } from './inversion.ts';

/** How the contexts of one trajectory are fitted, timestep after timestep. */
export interface FitRecipe {
  readonly adam: AdamOptions;
  /** The most iterations at the i-th timestep, i = 0 at the noisiest, of `innerSteps` at the first. */
  readonly iterations: (i: number, innerSteps: number) => number;
  readonly learningRate: (i: number) => number;
  /** Iterations stop after the step whose loss was below this. */
  readonly stopBelow: (i: number, epsilon: number) => number;
}

/** What the paper and its official code do differently. */
export interface Recipe extends FitRecipe {
  readonly mapping: MappingKind;
  readonly initialization: 'torch' | 'gaussian';
}

export const RECIPES = {
  /** The official repository's stylediffusion.py. */
  official: {
    mapping: 'scaleShift',
    initialization: 'torch',
    // PyTorch's defaults, which the script leaves.
    adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    iterations: (i, innerSteps) => Math.ceil(innerSteps * Math.exp(-0.1 * i)),
    // The script's formula falls to 0 at i = 100; more timesteps than that keep the last positive rate.
    learningRate: (i) => 0.01 * (1 - Math.min(i, 99) / 100),
    stopBelow: (i, epsilon) => epsilon + i * 2e-5,
  },
  /** Section 4.1, Table 1 and Algorithm 1 of the paper; its stop rule is not given, so it is the official code's. */
  paper: {
    mapping: 'direct',
    initialization: 'gaussian',
    adam: { beta1: 0, beta2: 0.999, epsilon: 1e-8 },
    // K_t = e^-t K, counted from the noisiest timestep; at least one, or later networks would learn nothing.
    iterations: (i, innerSteps) => Math.max(1, Math.ceil(innerSteps * Math.exp(-i))),
    learningRate: () => 1e-4,
    stopBelow: (i, epsilon) => epsilon + i * 2e-5,
  },
} as const satisfies Record<InversionValues<'styleDiffusion'>['recipe'], Recipe>;

/**
 * Null-text inversion (Mokady et al. 2023, section 3.2, and its official code): the same number of iterations at each
 * timestep; rate and stop rule are those that StyleDiffusion's code took over.
 */
export const NULL_TEXT_RECIPE: FitRecipe = {
  ...RECIPES.official,
  iterations: (_, innerSteps) => innerSteps,
};
