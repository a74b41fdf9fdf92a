/**
 * @file What a user can ask for: every option with its meaning, range and default.
 *
 * Types, validation and the command line's help all come from here and from `methods/`, where each method has its own
 * options. A description is one line that a designer understands; ranges and defaults are those of the official
 * StyleDiffusion code unless said otherwise.
 */

import * as z from 'zod/mini';
import { EDIT_METHODS, USUAL_EDITOR } from './methods/editors/index.ts';
import { flatShape } from './methods/flatShape.ts';
import { INVERSION_METHODS, type InversionName } from './methods/inversions/index.ts';
import { MAX_PROMPT_LENGTH } from './words.ts';

const share = (initial: number, description: string) =>
  z._default(z.number().check(z.minimum(0), z.maximum(1)), initial).check(z.describe(description));

const side = z
  .optional(z.int().check(z.minimum(64), z.maximum(2048)))
  .check(z.describe('in pixels; default: what the model was trained for'));

/** What a mode stands for. */
export const METHOD_OF_MODE = { instant: 'direct', careful: 'styleDiffusion' } as const;

const namesOf = <T extends object>(table: T) => Object.keys(table) as (keyof T & string)[];

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
    .optional(z.enum(namesOf(INVERSION_METHODS)))
    .check(z.describe('how the picture is inverted, in place of a mode')),
  steps: z
    ._default(z.int().check(z.minimum(1), z.maximum(500)), 30)
    .check(z.describe('denoising steps, from 10 on; more are finer and slower, and 30 are usual')),
  guidance: z
    ._default(z.number().check(z.minimum(1), z.maximum(30)), 7.5)
    .check(z.describe('how strongly the words count: 1 is hardly, 7.5 is usual')),
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
  ...flatShape(INVERSION_METHODS),
});
export type InversionOptions = z.infer<typeof InversionOptions>;

/** The method that inverts. */
export const inversionMethodOf = ({
  mode,
  method,
}: Pick<InversionOptions, 'mode' | 'method'>): InversionName => method ?? METHOD_OF_MODE[mode ?? 'careful'];

/** How an inverted picture is edited. */
export const EditOptions = z.strictObject({
  editor: z
    ._default(z.enum(namesOf(EDIT_METHODS)), USUAL_EDITOR)
    .check(z.describe('how the picture is edited; p2plus is the usual way')),
  ...flatShape(EDIT_METHODS),
  keep: z
    ._default(z.enum(['original', 'nothing']), 'original')
    .check(
      z.describe(
        'original: only the change comes back, and the rest stays as it was, at full size; nothing: the model draws all of it',
      ),
    ),
  keepStrength: share(
    0.5,
    'with keep original: how much counts as unchanged; more may cut off parts of what is new',
  ),
  detail: share(
    0,
    "with keep original, where all of the picture changes: how much of the original's fine detail lies over it",
  ),
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

/** Of an edit, an inversion or a style transfer. */
export type OptionName = keyof EditOptions | keyof InversionOptions | keyof StyleOptions;
