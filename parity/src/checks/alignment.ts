/** @file alignment: which tokens belong together in a pair of prompts, and LocalBlend on given maps. */

import { PalimpsestError } from '@palimpsest/protocol';
import { z } from 'zod';
import { equalizer } from '../../../daemon/src/attention/equalizer.ts';
import { refineMapper } from '../../../daemon/src/attention/refineMapper.ts';
import { replaceMapper } from '../../../daemon/src/attention/replaceMapper.ts';
import type { Tokenizer } from '../../../daemon/src/networks/tokenizer.ts';
import { Steps, stepAlphas, wordWeights } from '../editWords.ts';
import { referenceWords, wordTokens } from '../referenceWords.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';
import { checkLocalBlend, LocalBlendCase } from './localBlend.ts';

const WordPlaces = z.record(z.string(), z.array(z.number()));
const Pair = z.object({
  source: z.string(),
  target: z.string(),
  source_ids: z.array(z.number()).optional(),
  target_ids: z.array(z.number()).optional(),
  word_inds_source: WordPlaces.optional(),
  word_inds_target: WordPlaces.optional(),
  replace: z.boolean().optional(),
  equalizer: z.object({ words: z.array(z.string()), values: z.array(z.number()) }).optional(),
  cross_replace_steps: Steps.optional(),
  num_steps: z.number().optional(),
});
const Alignment = z.object({
  cases: z.array(Pair),
  localblend: z.array(LocalBlendCase).default([]),
});

export async function checkAlignment(section: Section, { golden, model }: Subject): Promise<void> {
  const reference = golden.json('alignment', Alignment);
  if (reference === null) return;
  for (const [i, pair] of reference.cases.entries()) {
    await section.attempt(`cases/${i}`, () => {
      checkWords(section, `cases/${i}`, pair, model.tokenizer);
      checkMappers(section, String(i), pair, model.tokenizer);
    });
  }
  for (const [i, blend] of reference.localblend.entries()) {
    await section.attempt(`localblend/${i}`, () => {
      checkLocalBlend(section, `localblend/${i}`, blend, reference.cases, model.tokenizer);
    });
  }
}

type Pair = z.infer<typeof Pair>;

function checkWords(section: Section, name: string, pair: Pair, tokenizer: Tokenizer): void {
  for (const side of ['source', 'target'] as const) {
    const ids = pair[`${side}_ids`];
    if (ids) section.numbers(`${name} ${side}_ids`, tokenizer.encode(pair[side]), ids);
    const words = Object.entries(pair[`word_inds_${side}`] ?? {});
    // All words in one list, each closed by -1 so that no token can slip into its neighbour.
    const places = (of: (word: string, tokens: number[]) => number[]) =>
      words.flatMap(([word, tokens]) => [...of(word, tokens), -1]);
    if (words.length === 0) continue;
    section.numbers(
      `${name} word_inds_${side}`,
      places((word) => wordTokens(tokenizer, pair[side], word)),
      places((_, tokens) => tokens),
    );
  }
  if (pair.replace !== undefined) {
    section.words(`${name} replace`, [replacement(pair, tokenizer) !== null], [pair.replace]);
  }
}

function checkMappers(section: Section, prefix: string, pair: Pair, tokenizer: Tokenizer): void {
  const length = tokenizer.maxLength;
  const { positions, alphas } = refineMapper(
    tokenizer.encode(pair.source),
    tokenizer.encode(pair.target),
    length,
    'official',
  );
  const found = {
    replace_mapper: replacement(pair, tokenizer),
    refine_mapper: positions,
    refine_alphas: alphas,
    equalizer:
      pair.equalizer &&
      equalizer(wordWeights(tokenizer, pair.target, pair.equalizer.words, pair.equalizer.values), length),
    time_words_alpha:
      pair.num_steps === undefined
        ? null
        : stepAlphas(tokenizer, pair.target, pair.num_steps, pair.cross_replace_steps ?? {}),
  };
  for (const [name, ours] of Object.entries(found)) {
    // Shares such as 1/3 are float32 on both sides.
    if (ours && section.has(`${prefix}/${name}`))
      section.compare(`${prefix}/${name}`, ours, TOLERANCES.exact);
  }
}

/** The mapper of a word swap, or null where the prompts cannot be swapped word by word. */
function replacement({ source, target }: Pair, tokenizer: Tokenizer) {
  try {
    return replaceMapper(
      referenceWords(tokenizer, source),
      referenceWords(tokenizer, target),
      tokenizer.maxLength,
      'official',
    );
  } catch (error) {
    if (error instanceof PalimpsestError && error.code === 'PROMPTS_MISALIGNED') return null;
    throw error;
  }
}
