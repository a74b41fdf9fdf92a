/** @file From what a user asks for in words to what attention control needs in tokens. */

import {
  type BlendWordPair,
  diffPrompts,
  type EditKind,
  type EditOptions,
  PalimpsestError,
} from '@palimpsest/protocol';
import type { CrossControl } from '../attention/crossControl.ts';
import { equalizer } from '../attention/equalizer.ts';
import { type BlendWords, wordAlphas } from '../attention/localBlend.ts';
import { gatherMatrix, refineMapper } from '../attention/refineMapper.ts';
import { replaceMapper } from '../attention/replaceMapper.ts';
import { timeAlphas } from '../attention/timeAlphas.ts';
import { findEach, findWords } from '../attention/words.ts';
import { resolveEdit } from '../methods/editors.ts';
import { promptWords, type Tokenizer } from '../networks/tokenizer.ts';
import { tensor } from '../tensor/tensor.ts';

export interface EditPlan {
  readonly kind: EditKind;
  /** What the prompts do not share, in the order of the words. */
  readonly words: { readonly removed: string; readonly added: string };
  /** The tokens of each word that the edit is about, in the source and in the target: not shared, or with a strength. */
  readonly about: {
    readonly source: readonly (readonly number[])[];
    readonly target: readonly (readonly number[])[];
  };
  readonly cross: CrossControl;
  readonly blend?: BlendWords;
}

/**
 * Resolves the words of an edit.
 *
 * @param steps T
 * @throws {PalimpsestError} WORD_NOT_FOUND, PROMPTS_MISALIGNED, or OPTION_INVALID when `subtract` comes without
 *   `blend`, or a word is named twice.
 */
export function planEdit(
  tokenizer: Tokenizer,
  prompts: { readonly source: string; readonly target: string },
  options: EditOptions,
  steps: number,
): EditPlan {
  // An editor that heeds none of these has the words alone.
  const {
    kind: asked = 'auto',
    tauC = 0,
    wordTaus = [],
    weights = [],
    ...own
  }: Partial<EditOptions> = resolveEdit(options);
  const length = tokenizer.maxLength;
  const [source, target] = [promptWords(tokenizer, prompts.source), promptWords(tokenizer, prompts.target)];
  const difference = diffPrompts(source, target);
  const kind = asked === 'auto' ? difference.kind : asked;
  const spoken = (words: typeof difference.removed) => words.map(({ text }) => text).join(' ');
  const words = { removed: spoken(difference.removed), added: spoken(difference.added) };
  const strengths = findEach(tokenizer, prompts.target, 'strength', weights);
  const about = {
    source: difference.removed.map(({ tokens }) => tokens),
    target: [...difference.added, ...strengths.filter(({ weight }) => weight !== 1)].map(
      ({ tokens }) => tokens,
    ),
  };
  const inTarget = (word: string) => findWords(tokenizer, prompts.target, word);

  const cross: CrossControl = {
    ...(kind === 'replace'
      ? {
          mapper: replaceMapper(source, target, length),
          alphas: tensor([length], new Float32Array(length).fill(1)),
        }
      : refinement(tokenizer, prompts)),
    equalizer: equalizer(strengths, length),
    timeAlphas: timeAlphas(
      steps,
      tauC,
      findEach(tokenizer, prompts.target, 'interval', wordTaus).map(({ tokens, from, to }) => ({
        tokens,
        interval: [from, to] as const,
      })),
      length,
    ),
    manner: 'exact',
  };
  const { blend, blendThreshold = 0, subtract: kept, subtractThreshold = 0 } = own;
  if (blend === undefined) {
    if (kept === undefined) return { kind, words, about, cross };
    throw new PalimpsestError(
      'OPTION_INVALID',
      'subtract needs blend: it takes away from the place that blend names.',
    );
  }

  const pair = (words: BlendWordPair) =>
    wordAlphas(
      words.source.flatMap((word) => findWords(tokenizer, prompts.source, word)),
      words.target.flatMap(inTarget),
      length,
    );
  const subtract = kept && { words: pair(kept), threshold: subtractThreshold };
  return {
    kind,
    words,
    about,
    cross,
    blend: {
      words: pair(blend),
      threshold: blendThreshold,
      ...(subtract ? { subtract } : {}),
    },
  };
}

function refinement(
  tokenizer: Tokenizer,
  { source, target }: { readonly source: string; readonly target: string },
): Pick<CrossControl, 'mapper' | 'alphas'> {
  const { positions, alphas } = refineMapper(
    tokenizer.encode(source),
    tokenizer.encode(target),
    tokenizer.maxLength,
  );
  return { mapper: gatherMatrix(positions), alphas };
}
