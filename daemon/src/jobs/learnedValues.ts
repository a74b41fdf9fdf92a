/** @file The learned value contexts of a stored inversion. */

import { MappedValues } from '../methods/mappedValues.ts';
import type { LearnedValues } from '../methods/p2plus.ts';
import type { LearnedMapping } from '../store/inversion.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Loads M_t of an inversion; `learned` is null where it learned nothing.
 *
 * @param prompt any prompt embedding [1, tokens, D], for its shape.
 */
export async function loadLearnedValues(
  learned: LearnedMapping | null,
  prompt: Tensor,
): Promise<{ learned: LearnedValues | null; dispose: () => Promise<void> }> {
  if (learned === null) return { learned: null, dispose: async () => {} };
  const values = await MappedValues.load(learned.shape, learned.imageTokens, prompt);
  return {
    learned: (step, embedding) => values.of(learned.parameters[step]!, embedding),
    dispose: () => values.dispose(),
  };
}
