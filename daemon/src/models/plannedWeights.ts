/**
 * @file Files of weights that are made of others, in folders of their own: their layout before they are written, and the
 * room for them.
 */

import { freeBytes } from '../runtime/freeBytes.ts';
import { bytesOf, filesByUse, shrink, useOf } from '../runtime/leastRecentlyUsed.ts';
import {
  encodePreamble,
  fileOfPreamble,
  type SafetensorsFile,
  type TensorLayout,
} from '../tensor/safetensors.ts';

/** What a folder of such weights may take. */
export interface WeightsRoom {
  /** Bytes of the disk that are left to others. */
  readonly reserve: number;
  /** Bytes of all files together: a few models'. */
  readonly limit: number;
}
export const WEIGHTS_ROOM: WeightsRoom = { reserve: 10e9, limit: 20e9 };

/** A file before it is written. */
export interface PlannedWeights {
  readonly file: SafetensorsFile;
  /** What comes before its tensors. */
  readonly preamble: Buffer;
  /** Of the whole file. */
  readonly bytes: number;
}

/** @param entries its tensors, in order. */
export function planWeights(path: string, entries: ReadonlyMap<string, TensorLayout>): PlannedWeights {
  const preamble = encodePreamble(entries);
  const file = fileOfPreamble(path, preamble);
  const ends = [...file.tensors.values()].map(({ offset, length }) => offset + length);
  return { file, preamble, bytes: Math.max(preamble.length, ...ends) };
}

/** Whether the file is there to its last byte: what another version or a failing disk cut short is written anew. */
export const isWhole = ({ file, bytes }: PlannedWeights): boolean => useOf(file.path)?.size === bytes;

/** Whether the file may be written: the reserve stays free. */
export function hasRoom({ bytes, file }: PlannedWeights, { reserve, limit }: WeightsRoom): boolean {
  if (bytes > limit) return false;
  try {
    return freeBytes(file.path) - bytes >= reserve;
  } catch {
    return false;
  }
}

const isWeights = (name: string): boolean => name.endsWith('.safetensors');

/**
 * Removes what was not used for longest from a folder, so that `bytes` more keep to its limit and leave the reserve free.
 * Where nothing is left to remove, the reserve is touched: whoever can do without asks `hasRoom` first.
 */
export function makeRoom(folder: string, bytes: number, { reserve, limit }: WeightsRoom): void {
  const most = bytesOf(filesByUse(folder, isWeights)) + freeBytes(folder) - reserve;
  shrink(folder, isWeights, Math.min(limit, most) - bytes);
}
