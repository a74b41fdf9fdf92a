/** @file The prompts of a job as the model reads them, each encoded once, whoever asks for it. */

import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * The embedding c [1, tokens, D] of a prompt.
 *
 * @throws {PalimpsestError} PROMPT_TOO_LONG when words would be cut.
 */
export type Embed = (prompt: string) => Promise<Tensor>;

/** Encodes for one job. Prompts that are asked for together have the text encoder loaded once for all of them. */
export function embedOnce(model: Pick<StableDiffusion, 'encodePrompt'>): Embed {
  const known = new Map<string, Promise<Tensor>>();
  return (prompt) => {
    const embedding = known.get(prompt) ?? model.encodePrompt(prompt);
    known.set(prompt, embedding);
    return embedding;
  };
}
