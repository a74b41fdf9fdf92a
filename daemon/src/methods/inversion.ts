/** @file What an inversion is, and what each method of inverting declares of itself. */

import type { InversionOptions } from '@palimpsest/protocol';
import type { ContextMapper, LearningDenoiser } from '../networks/denoiser.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Learned } from './learnedContext.ts';
import type { Path } from './path.ts';
import type { Watch } from './watch.ts';

export type InversionName = NonNullable<InversionOptions['method']>;

/** The options of an inversion with the method's own defaults filled in. */
export type ResolvedInversion = Omit<InversionOptions, 'mode' | 'method'> & {
  readonly method: InversionName;
  readonly innerSteps: number;
  readonly attentionLoss: boolean;
};

/** An inverted picture: what every edit of it starts from. */
export interface Inversion {
  /** z*_0..z*_T */
  readonly latents: readonly Tensor[];
  /** null for methods that learn nothing. */
  readonly learned: Learned | null;
}

/** All that an inversion holds in memory. */
export const tensorsOf = ({ latents, learned }: Inversion): Tensor[] => [
  ...latents,
  ...(learned === null ? [] : learned.parameters),
  ...(learned?.imageTokens ? [learned.imageTokens] : []),
];

/** The contexts learned so far, noisiest timestep first, and the latent that the last of them leads to. */
export interface Optimised {
  /** Flat vectors [P]. */
  readonly parameters: readonly Tensor[];
  readonly current: Tensor;
}

export interface InversionRequest {
  /** z_0 [1, C, h, w] */
  readonly latent: Tensor;
  /** c [1, tokens, D], of the source prompt. */
  readonly prompt: Tensor;
  /** Embedding of the empty prompt. */
  readonly unconditional: Tensor;
  /** E(x) [1, image tokens, D], computed when it is asked for; IMAGE_ENCODER_MISSING where the model has none. */
  readonly imageTokens: () => Promise<Tensor>;
  readonly options: ResolvedInversion;
  /** Where an interrupted inversion had got to. */
  readonly resume?: Optimised;
}

/** A method of inverting, as it declares itself in the table of `inversions.ts`. */
export interface InversionMethod {
  readonly title: string;
  readonly citation: string;
  /** One sentence: what it does with the picture. */
  readonly idea: string;
  /** What stands for it in the keys of what is stored, for good; methods with the same walk share it. */
  readonly storedAs: string;
  /** The options that what is stored depends on, in the order of the keys: equal ones share an inversion. */
  readonly stored: readonly (keyof InversionOptions)[];
  /** The options that it takes when an edit samples along it. */
  readonly sampled: readonly (keyof InversionOptions)[];
  readonly defaults: Partial<Pick<ResolvedInversion, 'innerSteps' | 'attentionLoss'>>;
  /**
   * Inverts.
   *
   * @param onTimestep is given the state after each timestep of an optimisation, to keep for a resume.
   */
  readonly invert: (
    model: LearningDenoiser,
    request: InversionRequest,
    watch: Watch,
    onTimestep: (state: Optimised) => Promise<void>,
  ) => Promise<Inversion>;
  /** What the inversion brings to the sampling of an edit. */
  readonly path: (
    model: ContextMapper,
    inversion: Inversion,
    embeddings: { readonly source: Tensor; readonly unconditional: Tensor },
    options: ResolvedInversion,
  ) => Promise<Path>;
}
