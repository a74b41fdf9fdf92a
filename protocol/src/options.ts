/**
 * @file What a user can ask for: every option with its meaning, range and default.
 *
 * Types, validation and the command line's help all come from here. A description is one line that a designer
 * understands; ranges and defaults are those of the official StyleDiffusion code unless said otherwise.
 */

import { z } from 'zod';

const share = (initial: number) => z.number().min(0).max(1).default(initial);

/** How a picture is inverted. Part of an inversion's key: the same options give the same inversion. */
export const InversionOptions = z.strictObject({
  method: z
    .enum(['styleDiffusion', 'ddim'])
    .default('styleDiffusion')
    .describe('how the picture is inverted: styleDiffusion is faithful and slow, ddim is quick and rough'),
  recipe: z
    .enum(['official', 'paper'])
    .default('official')
    .describe("settings of the optimisation: the official code's, or the paper's own"),
  steps: z.int().min(1).max(500).default(30).describe('denoising steps; more are finer and slower'),
  guidance: z
    .number()
    .min(1)
    .max(30)
    .default(7.5)
    .describe('how strongly the words count: 1 is hardly, 7.5 is usual'),
  innerSteps: z
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .describe('optimisation steps at the first denoising step; later ones take fewer'),
  earlyStopEpsilon: z.number().min(0).default(1e-5).describe('the loss that is good enough to go on'),
  attentionLoss: z.boolean().default(true).describe('keep where each word looks, not only the pixels'),
  seed: z
    .int()
    .min(0)
    .max(0xffffffff)
    .default(0)
    .describe('the start of the random numbers; same seed, same result'),
  size: z
    .int()
    .min(64)
    .max(2048)
    .optional()
    .describe(
      'side in pixels of the square whose area the picture is worked on at; default: what the model was trained for',
    ),
});
export type InversionOptions = z.infer<typeof InversionOptions>;

/** A factor on how much one word counts: 1 leaves it, 2 doubles it, 0 removes it, below 0 turns it around. */
export const WordWeight = z.strictObject({ word: z.string().min(1), weight: z.number().min(-20).max(20) });
export type WordWeight = z.infer<typeof WordWeight>;

/** Steps, as parts of the whole, in which one word's place follows the source picture. */
export const WordInterval = z
  .strictObject({ word: z.string().min(1), from: z.number().min(0).max(1), to: z.number().min(0).max(1) })
  .refine(({ from, to }) => from <= to, { message: 'an interval ends after it starts' });
export type WordInterval = z.infer<typeof WordInterval>;

/** Words of the source and of the target prompt that bound where an edit may act. */
export const BlendWordPair = z.strictObject({
  source: z.array(z.string().min(1)).min(1),
  target: z.array(z.string().min(1)).min(1),
});
export type BlendWordPair = z.infer<typeof BlendWordPair>;

/** How an inverted picture is edited. */
export const EditOptions = z.strictObject({
  kind: z
    .enum(['auto', 'replace', 'refine'])
    .default('auto')
    .describe('replace swaps words one for one, refine adds words; auto looks at the prompts'),
  tauV: share(0.6).describe(
    'keep colours and texture: the part of the steps with the values learned from the picture',
  ),
  tauC: share(0.6).describe(
    'keep the layout: the part of the steps in which words stay where they are in the picture',
  ),
  tauS: share(0.8).describe('keep the structure: the part of the steps with the shapes of the picture'),
  tauU: share(0.5).describe(
    'freedom of shape: P2Plus on the unconditional branch; 0 is plain Prompt-to-Prompt',
  ),
  wordTaus: z.array(WordInterval).default([]).describe('tau-c of single words, as WORD=FROM..TO'),
  weights: z
    .array(WordWeight)
    .default([])
    .describe('how much single words of the new prompt count, as WORD=FACTOR'),
  blend: BlendWordPair.optional().describe(
    'change only where these words look, as OLD:NEW or WORD, separated by commas',
  ),
  blendThreshold: share(0.3).describe('how sharply --blend bounds the change: higher is tighter'),
  subtract: BlendWordPair.optional().describe('never change where these words look, as OLD:NEW or WORD'),
  subtractThreshold: share(0.3).describe('how sharply --subtract bounds what is kept: higher keeps less'),
  feather: z.int().min(0).max(512).default(8).describe('width in pixels of the soft edge of a masked change'),
});
export type EditOptions = z.infer<typeof EditOptions>;

/** How a picture is made from words alone. */
export const GenerateOptions = z.strictObject({
  negativePrompt: z.string().default('').describe('what the picture should not show'),
  width: z.int().min(64).max(2048).optional().describe('in pixels; default: what the model was trained for'),
  height: z.int().min(64).max(2048).optional().describe('in pixels; default: what the model was trained for'),
  steps: InversionOptions.shape.steps,
  guidance: InversionOptions.shape.guidance,
  seed: InversionOptions.shape.seed,
});
export type GenerateOptions = z.infer<typeof GenerateOptions>;
