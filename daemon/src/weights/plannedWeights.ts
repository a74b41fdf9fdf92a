/**
 * @file Files of weights that are made of others, in folders of their own: their layout before they are written, whether
 * they are as they were written, and the room for them.
 */

import { statSync } from 'node:fs';
import { tellDamage } from '../files/damage.ts';
import { freeBytes } from '../files/freeBytes.ts';
import { bytesOf, filesByUse, shrink, useOf } from '../files/leastRecentlyUsed.ts';
import {
  encodePreamble,
  fileOfPreamble,
  readHeader,
  type SafetensorsFile,
  type TensorLayout,
} from './safetensors.ts';
import { stateOfSeal, withoutSeal, withSeal } from './seal.ts';

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

/** @param entries its tensors, in order; a seal follows them. */
export function planWeights(path: string, entries: ReadonlyMap<string, TensorLayout>): PlannedWeights {
  const preamble = encodePreamble(withSeal(entries));
  const file = fileOfPreamble(path, preamble);
  const ends = [...file.tensors.values()].map(({ offset, length }) => offset + length);
  return { file: withoutSeal(file), preamble, bytes: Math.max(preamble.length, ...ends) };
}

/** Whether the file is there to its last byte: what another version or a failing disk cut short is written anew. */
export const isWhole = ({ file, bytes }: PlannedWeights): boolean => useOf(file.path)?.size === bytes;

/** Files that were read through, as `fileState`: they are gigabytes, and once for a process has to do. */
const knownIntact = new Set<string>();

/** Changes when a file is replaced, and not by its use. */
function fileState(path: string): string {
  const { ino, size } = statSync(path);
  return JSON.stringify([path, ino, size]);
}

/** Whether the file is there, and as it was written: one that is not has to be written anew, which is told. */
export function isIntact(planned: PlannedWeights): boolean {
  if (!isWhole(planned)) return false;
  const { path } = planned.file;
  try {
    const state = fileState(path);
    if (!knownIntact.has(state)) {
      if (stateOfSeal(readHeader(path)) !== 'whole') throw new Error('the seal is broken');
      knownIntact.add(state);
    }
    return true;
  } catch {
    tellDamage(`The weights ${path} are damaged, or of an earlier version. They are written anew.`);
    return false;
  }
}

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
