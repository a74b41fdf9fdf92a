/** @file The types that weights are stored in, and whether a network of ours computes with them. */

import { type Sentence, sentence } from '@palimpsest/protocol';
import type { StoredTensor } from '../tensor/storedTensor.ts';

/** What people call those types that many newer models are stored in. */
const NAMES: Readonly<Record<string, string>> = {
  BF16: 'bfloat16',
  F64: 'float64',
  I8: '8-bit integers',
  U8: '8-bit integers',
};
const nameOf = (dtype: string): string =>
  NAMES[dtype] ?? (dtype.startsWith('F8') ? `8 bits (${dtype})` : dtype);

/** A tensor or two that no network asks for, in whatever type, are no fault; a weight that is asked for is looked at then. */
const MOST_OF_OTHERS = 0.1;

/** Why weights cannot be computed with, for people; null when nearly all are in fp32 or fp16. */
export function unfitTypes(weights: Iterable<StoredTensor>): Sentence | null {
  const all = [...weights];
  const others = all.filter(({ dtype }) => dtype !== 'F32' && dtype !== 'F16');
  const bytes = (tensors: readonly StoredTensor[]) => tensors.reduce((sum, { length }) => sum + length, 0);
  if (bytes(others) <= bytes(all) * MOST_OF_OTHERS) return null;
  const types = [...new Set(others.map(({ dtype }) => nameOf(dtype)))].join(' and ');
  return sentence`its weights are in ${{ types }}; take the same model in fp32 or fp16`;
}
