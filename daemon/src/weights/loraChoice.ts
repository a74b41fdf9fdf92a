/** @file Which LoRA, and how strongly it counts, as people write it: `style.safetensors:0.8`. */

import { PalimpsestError, place, sentence } from '@palimpsest/protocol';

/** A file, and how strongly it counts. */
export interface LoraChoice {
  readonly file: string;
  readonly strength: number;
}

/**
 * A drive's colon, as in C:\style.safetensors, is no strength's.
 *
 * @throws {PalimpsestError} OPTION_INVALID when the strength is no number.
 */
export function readLora(text: string): LoraChoice {
  const [, file = text, strength = '1'] = /^(.+):(-?[\d.]+)$/.exec(text) ?? [];
  if (Number.isFinite(Number(strength))) return { file, strength: Number(strength) };
  throw new PalimpsestError(
    'OPTION_INVALID',
    sentence`The LoRA ${{ given: place(text) }}: ${{ strength }} is no strength. Give such as ${{ file: place(file) }}:0.8.`,
  );
}

/** Whether two lists say the same. */
export const sameLoras = (a: readonly LoraChoice[] = [], b: readonly LoraChoice[] = []): boolean =>
  a.length === b.length &&
  a.every(({ file, strength }, i) => b[i]!.file === file && b[i]!.strength === strength);
