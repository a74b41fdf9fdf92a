/** @file Whether the next edit of a picture starts at once, because one like it was made before. */

import { heededInversion, InversionOptions, writtenInversion } from '@palimpsest/protocol';
import { type EditOrder, isStyleOrder, type Recipe } from '@palimpsest/sdk';
import { paceOf } from './controls.ts';
import type { Learning } from './draft.ts';

/** An edit with words, whose picture may have been learned. */
export type ReadyEdit = Recipe & { readonly order: EditOrder };

/**
 * What decides whether a picture has been learned already. Within a mask, its place decides as well, which is not known
 * here. Options are written out in the schema's order, as far as they are heeded: those that were kept with a layer come
 * back otherwise.
 */
export const learningOf = ({ model, source, inversion, masking }: Learning): string =>
  JSON.stringify([
    model,
    source,
    InversionOptions.parse(heededInversion(writtenInversion(inversion))),
    masking === 'selection',
  ]);

/** The newest of these edits after which nothing has to be learned for what is wanted. */
export const madeAlike = (wanted: string, recipes: readonly Recipe[]): ReadyEdit | undefined =>
  recipes
    .flatMap((recipe) => (isStyleOrder(recipe.order) ? [] : { ...recipe, order: recipe.order }))
    .find(({ order }) => learningOf(order) === wanted);

/** What the next edit begins with, and how long it takes, in a sentence. */
export function readinessInWords(made: ReadyEdit | null, { inversion }: Pick<Learning, 'inversion'>): string {
  if (made !== null) {
    const time = `edits take about ${Math.max(1, Math.round(made.seconds))} s`;
    return made.order.masking === 'selection'
      ? `Ready: ${time} while what you marked stays the same.`
      : `Ready: ${time}.`;
  }
  return paceOf(inversion) === 'instant'
    ? 'The first edit analyses the picture.'
    : 'The first edit learns the picture, which takes a while.';
}
