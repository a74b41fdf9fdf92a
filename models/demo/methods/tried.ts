/** @file What was tried for style transfer before its defaults were chosen, measured by a trial that is not kept. */

interface Trial {
  readonly variant: string;
  readonly pairs: number;
  readonly style: number;
  readonly object: number;
  readonly colour: number;
  readonly psnr: number;
}

const trial = (
  variant: string,
  pairs: number,
  [style, object, colour]: readonly [number, number, number],
  psnr: number,
): Trial => ({ variant, pairs, style, object, colour, psnr });

/** From the first step on unless said otherwise. */
export const STYLE_TRIALS: readonly Trial[] = [
  trial('the content drawn in that style, through the VAE: the bound', 8, [1, 0.88, 1], 27.4),
  trial("style's words / learned (`style`)", 8, [1, 0, 0], 15.5),
  trial("the same, the content's features and attention to the end", 8, [0.88, 0.13, 0], 16.4),
  trial("content's words / learned of the style's words", 8, [0, 0.13, 0], 14.3),
  trial("content's words / their own and what learning added to the style's", 8, [0, 0.25, 0.63], 14.0),
  trial("`style` and the content's words, half and half", 8, [0.25, 0.75, 0.88], 19.7),
  trial("`style` and the content's words, 0.7 to 0.3", 8, [0.38, 0.38, 0.88], 19.4),
  trial("from the content's words at the first step to `style` at the last", 8, [0.63, 0.75, 0.75], 19.4),
  trial("content's words, after 0.5 `style` for 0.7 of it", 8, [0.38, 0.88, 0.75], 18.9),
  trial("content's words, after 0.5 `style` on top, guidance 5 each", 8, [0.25, 0.75, 0.88], 18.8),
  trial("content's words, after 0.3 `style`", 8, [0.88, 0.5, 0.25], 18.1),
  trial("content's words, after 0.5 `style`", 8, [1, 0.63, 0.5], 18.7),
  trial("the same, no features and no attention of the content's", 8, [1, 0.63, 0.38], 18.6),
  trial("content's words, after 0.7 `style` (`both`, the default)", 8, [0.88, 0.63, 0.75], 18.9),
  trial('`style`', 16, [1, 0, 0.13], 16.3),
  trial('`content`', 16, [0, 0.25, 0.31], 15.0),
  trial("`style` and the content's words, half and half", 16, [0.31, 0.75, 0.94], 19.1),
  trial('`both`, after 0.5', 16, [0.88, 0.5, 0.56], 18.5),
  trial('`both`, after 0.7', 16, [0.69, 0.69, 0.75], 18.4),
  trial('`both`, after 0.8', 16, [0.56, 0.81, 0.81], 18.0),
];
