/** @file What a method of editing is given, and what it declares of itself. */

import type { EDIT_METHODS, EditorName, OwnValues } from '@palimpsest/protocol';
import type { CrossControl } from '../attention/crossControl.ts';
import type { BlendWords } from '../attention/localBlend.ts';
import type { EditingModel } from '../networks/denoiser.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Path } from './path.ts';
import type { EditStep } from './sideBySide.ts';
import type { Watch } from './watch.ts';

/** The options of an edit that its editor heeds, with the editor's own defaults filled in. */
export type ResolvedEdit<E extends EditorName = EditorName> = {
  [K in E]: { readonly editor: K } & OwnValues<(typeof EDIT_METHODS)[K]['options']>;
}[E];

export interface EditRequest<E extends EditorName = EditorName> {
  readonly path: Path;
  /** Embeddings [1, tokens, D]. */
  readonly source: Tensor;
  readonly target: Tensor;
  /** The words that differ, as far as they do. */
  readonly words: { readonly removed: string; readonly added: string };
  readonly steps: number;
  readonly guidance: number;
  readonly options: ResolvedEdit<E>;
  /** Holds tau_c. */
  readonly cross: CrossControl;
  /** LocalBlend by words. */
  readonly blend?: BlendWords;
  /** [1, 1, h, w] of 0 and 1: where it is 0 the source stays. */
  readonly mask?: Tensor;
  /** Draws the source to the end, though nothing of the target may depend on it. */
  readonly keepSource?: boolean;
  /** For random numbers. */
  readonly seed: number;
}

/** A row of the batch: a prompt, with it (conditional) or without. */
export type Branch = 'uncondSource' | 'condSource' | 'uncondTarget' | 'condTarget' | 'negativeTarget';

/** What the target takes of the source, or of what was learned. */
export type Injection =
  | 'learned contexts'
  | 'cross-attention maps'
  | 'self-attention maps'
  | 'self-attention keys and values'
  | 'residual features'
  | 'gradient of the cross-attention distance';

/** A method of editing, as the table of `editors.ts` has it; what it is called and its options are the protocol's. */
export interface Editor<E extends EditorName = EditorName> {
  /** One sentence: what it does. */
  readonly idea: string;
  readonly branches: readonly Branch[];
  readonly injections: readonly Injection[];
  /** Edits, yielding each step; the last row of its latents is the target's. */
  edit(model: EditingModel, request: EditRequest<E>, watch: Watch): AsyncGenerator<EditStep, void, undefined>;
}
