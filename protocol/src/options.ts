/**
 * @file What a user can ask for: every option with its meaning, range and default.
 *
 * Types, validation and the command line's help all come from here. A description is one line that a designer
 * understands; ranges and defaults are those of the official StyleDiffusion code unless said otherwise.
 */

import * as z from 'zod/mini';

/** Longer prompts are refused before a tokenizer sees them; CLIP takes 77 tokens, which are far fewer letters. */
export const MAX_PROMPT_LENGTH = 2000;

/** A longer word is no word. */
const MAX_WORD_LENGTH = 100;
/** More words than a prompt has tokens cannot be named. */
const MAX_WORDS = 77;

const share = (initial: number, description: string) =>
  z._default(z.number().check(z.minimum(0), z.maximum(1)), initial).check(z.describe(description));

const word = (description: string) =>
  z.string().check(z.minLength(1), z.maxLength(MAX_WORD_LENGTH), z.describe(description));
const words = (description: string) =>
  z
    .array(word('a word as it is written in the prompt'))
    .check(z.minLength(1), z.maxLength(MAX_WORDS), z.describe(description));

const side = z
  .optional(z.int().check(z.minimum(64), z.maximum(2048)))
  .check(z.describe('in pixels; default: what the model was trained for'));

/** How a picture is inverted. Part of an inversion's key: the same options give the same inversion. */
export const InversionOptions = z.strictObject({
  method: z
    ._default(z.enum(['styleDiffusion', 'ddim']), 'styleDiffusion')
    .check(
      z.describe('how the picture is inverted: styleDiffusion is faithful and slow, ddim is quick and rough'),
    ),
  recipe: z
    ._default(z.enum(['official', 'paper']), 'official')
    .check(z.describe("settings of the optimisation: the official code's, or the paper's own")),
  steps: z
    ._default(z.int().check(z.minimum(1), z.maximum(500)), 30)
    .check(z.describe('denoising steps; more are finer and slower')),
  guidance: z
    ._default(z.number().check(z.minimum(1), z.maximum(30)), 7.5)
    .check(z.describe('how strongly the words count: 1 is hardly, 7.5 is usual')),
  innerSteps: z
    ._default(z.int().check(z.minimum(1), z.maximum(1000)), 100)
    .check(z.describe('optimisation steps at the first denoising step; later ones take fewer')),
  earlyStopEpsilon: z
    ._default(z.number().check(z.minimum(0)), 1e-5)
    .check(z.describe('the loss that is good enough to go on')),
  attentionLoss: z
    ._default(z.boolean(), true)
    .check(z.describe('keep where each word looks, not only the pixels')),
  seed: z
    ._default(z.int().check(z.minimum(0), z.maximum(0xffffffff)), 0)
    .check(z.describe('the start of the random numbers; same seed, same result')),
  size: z
    .optional(z.int().check(z.minimum(64), z.maximum(2048)))
    .check(
      z.describe(
        'side in pixels of the square whose area the picture is worked on at; default: what the model was trained for',
      ),
    ),
});
export type InversionOptions = z.infer<typeof InversionOptions>;

/** A factor on how much one word counts: 1 leaves it, 2 doubles it, 0 removes it, below 0 turns it around. */
export const WordWeight = z.strictObject({
  word: word('a word of the new prompt'),
  weight: z
    .number()
    .check(
      z.minimum(-20),
      z.maximum(20),
      z.describe('1 leaves it, 2 doubles it, 0 removes it, below 0 turns it around'),
    ),
});
export type WordWeight = z.infer<typeof WordWeight>;

/** Steps, as parts of the whole, in which one word's place follows the source picture. */
export const WordInterval = z
  .strictObject({
    word: word('a word of the new prompt'),
    from: z.number().check(z.minimum(0), z.maximum(1), z.describe('part of the steps at which it starts')),
    to: z.number().check(z.minimum(0), z.maximum(1), z.describe('part of the steps at which it ends')),
  })
  .check(z.refine(({ from, to }) => from <= to, 'an interval ends after it starts'));
export type WordInterval = z.infer<typeof WordInterval>;

/** Words of the source and of the target prompt that bound where an edit may act. */
export const BlendWordPair = z.strictObject({
  source: words('words of the source prompt'),
  target: words('words of the target prompt'),
});
export type BlendWordPair = z.infer<typeof BlendWordPair>;

/** How an inverted picture is edited. */
export const EditOptions = z.strictObject({
  kind: z
    ._default(z.enum(['auto', 'replace', 'refine']), 'auto')
    .check(z.describe('replace swaps words one for one, refine adds words; auto looks at the prompts')),
  tauV: share(
    0.6,
    'keep colours and texture: the part of the steps with the values learned from the picture',
  ),
  tauC: share(
    0.6,
    'keep the layout: the part of the steps in which words stay where they are in the picture',
  ),
  tauS: share(0.8, 'keep the structure: the part of the steps with the shapes of the picture'),
  tauU: share(0.5, 'freedom of shape: P2Plus on the unconditional branch; 0 is plain Prompt-to-Prompt'),
  wordTaus: z
    ._default(z.array(WordInterval).check(z.maxLength(MAX_WORDS)), [])
    .check(z.describe('tau-c of single words, as WORD=FROM..TO')),
  weights: z
    ._default(z.array(WordWeight).check(z.maxLength(MAX_WORDS)), [])
    .check(z.describe('how much single words of the new prompt count, as WORD=FACTOR')),
  blend: z
    .optional(BlendWordPair)
    .check(z.describe('change only where these words look, as OLD:NEW or WORD, separated by commas')),
  blendThreshold: share(0.3, 'how sharply --blend bounds the change: higher is tighter'),
  subtract: z
    .optional(BlendWordPair)
    .check(z.describe('never change where these words look, as OLD:NEW or WORD')),
  subtractThreshold: share(0.3, 'how sharply --subtract bounds what is kept: higher keeps less'),
  feather: z
    ._default(z.int().check(z.minimum(0), z.maximum(512)), 8)
    .check(z.describe('width in pixels of the soft edge of a masked change')),
});
export type EditOptions = z.infer<typeof EditOptions>;

/** How a picture is made from words alone. */
export const GenerateOptions = z.strictObject({
  negativePrompt: z
    ._default(z.string().check(z.maxLength(MAX_PROMPT_LENGTH)), '')
    .check(z.describe('what the picture should not show')),
  width: side,
  height: side,
  steps: InversionOptions.shape.steps,
  guidance: InversionOptions.shape.guidance,
  seed: InversionOptions.shape.seed,
});
export type GenerateOptions = z.infer<typeof GenerateOptions>;
