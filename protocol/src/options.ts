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

/** Methods of inverting; the daemon's table (daemon/src/methods/inversions.ts) has one entry for each. */
const INVERSION_METHODS = [
  'styleDiffusion',
  'nullText',
  'direct',
  'negativePrompt',
  'proximal',
  'ddim',
  'regularized',
] as const;

/** What a mode stands for. */
export const METHOD_OF_MODE = { instant: 'direct', careful: 'styleDiffusion' } as const;

/** Methods of editing; the daemon's table (daemon/src/methods/editors.ts) has one entry for each. */
const EDITORS = ['p2plus', 'p2p', 'masaCtrl', 'plugAndPlay', 'pix2pixZero', 'wordSwap', 'sdedit'] as const;

/** How a picture is inverted. Part of an inversion's key: the same options give the same inversion. */
export const InversionOptions = z.strictObject({
  mode: z
    .optional(z.enum(['instant', 'careful']))
    .check(
      z.describe(
        'instant: ready in seconds, nothing is learned (direct inversion); careful: learns the picture (StyleDiffusion); default: careful',
      ),
    ),
  method: z
    .optional(z.enum(INVERSION_METHODS))
    .check(z.describe('how the picture is inverted, in place of a mode')),
  recipe: z
    ._default(z.enum(['official', 'paper']), 'official')
    .check(z.describe("settings of the optimisation: the official code's, or the paper's own")),
  steps: z
    ._default(z.int().check(z.minimum(1), z.maximum(500)), 30)
    .check(z.describe('denoising steps, from 10 on; more are finer and slower, and 30 are usual')),
  guidance: z
    ._default(z.number().check(z.minimum(1), z.maximum(30)), 7.5)
    .check(z.describe('how strongly the words count: 1 is hardly, 7.5 is usual')),
  learn: z
    ._default(z.enum(['values', 'keys', 'both', 'valueEmbedding']), 'values')
    .check(
      z.describe(
        "what StyleDiffusion learns: the values' input by a network; the keys', or both (the paper's figure 14); or the values' embedding itself (figure 16)",
      ),
    ),
  innerSteps: z
    .optional(z.int().check(z.minimum(1), z.maximum(1000)))
    .check(
      z.describe(
        'optimisation steps at the first denoising step, of which later ones take fewer; default: 100, or 10 at each for nullText',
      ),
    ),
  earlyStopEpsilon: z
    ._default(z.number().check(z.minimum(0)), 1e-5)
    .check(z.describe('the loss that is good enough to go on')),
  attentionLoss: z
    .optional(z.boolean())
    .check(z.describe('learn where each word looks, not only the pixels; default: yes, and no for nullText')),
  seed: z
    ._default(z.int().check(z.minimum(0), z.maximum(0xffffffff)), 0)
    .check(z.describe('the start of the random numbers; same seed, same result')),
  towardsEmpty: share(
    0,
    'negativePrompt and proximal: how far the negative prompt goes back to the empty one',
  ),
  proximalNorm: z
    ._default(z.enum(['none', 'l0', 'l1']), 'l0')
    .check(z.describe('proximal: how small differences shrink')),
  proximalQuantile: share(0.7, 'proximal: the part of the differences that counts as small'),
  proximalPull: z
    ._default(z.enum(['none', 'picture', 'trajectory']), 'trajectory')
    .check(z.describe('proximal: what the unchanged parts are drawn to in the last steps')),
  size: z
    .optional(z.int().check(z.minimum(64), z.maximum(2048)))
    .check(
      z.describe(
        'side in pixels of the square whose area the picture is worked on at; default: what the model was trained for',
      ),
    ),
});
export type InversionOptions = z.infer<typeof InversionOptions>;

/** A factor on how much is looked at one word: 1 leaves it, 2 doubles it, 0 takes it away, below 0 turns it around. */
export const WordWeight = z.strictObject({
  word: word('a word of the new prompt'),
  weight: z
    .number()
    .check(
      z.minimum(-20),
      z.maximum(20),
      z.describe(
        '1 leaves it, 2 doubles it, 0 looks away from it, below 0 turns it around; the other words still know of it, so to remove a thing, leave its word out of the prompt',
      ),
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
  editor: z
    ._default(z.enum(EDITORS), 'p2plus')
    .check(z.describe('how the picture is edited; p2plus is the usual way')),
  kind: z
    ._default(z.enum(['auto', 'replace', 'refine']), 'auto')
    .check(
      z.describe(
        'p2plus, p2p: replace swaps words one for one, refine adds words; auto looks at the prompts',
      ),
    ),
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
  blendThreshold: share(0.3, 'how sharply blend bounds the change: higher is tighter'),
  subtract: z
    .optional(BlendWordPair)
    .check(z.describe('never change where these words look, as OLD:NEW or WORD')),
  subtractThreshold: share(0.3, 'how sharply subtract bounds what is kept: higher keeps less'),
  mutualFromStep: share(
    0.08,
    'masaCtrl: the part of the steps after which the new picture takes its look from the old one',
  ),
  mutualFromLayer: z
    .optional(z.int().check(z.minimum(0), z.maximum(100)))
    .check(
      z.describe(
        "masaCtrl: the first transformer that takes it; default: the first on the way up at half the latent's side",
      ),
    ),
  injectAttention: share(0.5, 'plugAndPlay: the part of the steps with the self-attention of the picture'),
  injectFeatures: share(0.8, 'plugAndPlay: the part of the steps with the features of the picture'),
  negativeAlpha: share(
    1,
    'plugAndPlay: the weight, at the first step, of the empty prompt beside the old words as a negative one; it falls to 0',
  ),
  attentionRate: z
    ._default(z.number().check(z.minimum(0), z.maximum(10)), 0.1)
    .check(z.describe('pix2pixZero: how strongly the layout is held')),
  strength: share(0.8, 'sdedit: how much is drawn anew; 0 leaves the picture, 1 forgets it'),
  feather: z
    ._default(z.int().check(z.minimum(0), z.maximum(512)), 8)
    .check(z.describe('width in pixels of the soft edge of a masked change')),
  context: z
    .optional(z.number().check(z.minimum(0), z.maximum(4)))
    .check(
      z.describe(
        "with a mask: work only on it and so much around it, as a share of its longer side, at the model's best size; default: on all of the picture",
      ),
    ),
});
export type EditOptions = z.infer<typeof EditOptions>;

/** How the style of one picture goes onto the content of another. */
export const StyleOptions = z.strictObject({
  words: z
    ._default(z.enum(['both', 'style', 'content']), 'both')
    .check(
      z.describe(
        "whose words draw the picture: the content's first and the style's in the end; the style's alone, which bring its things along; or the content's alone, with hardly any style",
      ),
    ),
  styleAfter: share(
    0.7,
    "with both words: the part of the steps after which the style's draw; sooner for more style, later for more of the content's things",
  ),
  styleStrength: share(1, 'how much of the style: 0 is none'),
  contentStrength: share(1, "how much the content's shapes bind: 0 is not at all"),
  featuresUntil: share(0.8, "the part of the steps with the content's features"),
  attentionUntil: share(0.5, "the part of the steps with the content's self-attention; 0 for none"),
});
export type StyleOptions = z.infer<typeof StyleOptions>;

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
