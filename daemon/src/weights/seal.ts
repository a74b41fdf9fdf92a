/**
 * @file Seals on .safetensors files that we write: the CRC-32 of all that comes before is the file's last tensor, so that
 * numbers which a disk has lost are noticed. It guards against accidents, not against people.
 */

import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Tensor } from '../tensor/tensor.ts';
import {
  bytesOf,
  encodePreamble,
  fileOfPreamble,
  type SafetensorsFile,
  type TensorLayout,
} from './safetensors.ts';

const NAME = 'palimpsest.crc32';
const ENTRY = { shape: [4], dtype: 'U8' } as const;

/** The tensors of a sealed file, for its preamble. */
export function withSeal(entries: ReadonlyMap<string, TensorLayout>): ReadonlyMap<string, TensorLayout> {
  return new Map([...entries, [NAME, ENTRY]]);
}

/** The file for those who ask for all of its tensors, or for its content: both are the same with a seal and without. */
export function withoutSeal(file: SafetensorsFile): SafetensorsFile {
  if (!file.tensors.has(NAME)) return file;
  const tensors = new Map([...file.tensors].filter(([name]) => name !== NAME));
  // What has a seal is ours, in types that we write.
  const layouts = tensors as ReadonlyMap<string, TensorLayout>;
  const { headerHash } = fileOfPreamble(file.path, encodePreamble(layouts, file.metadata));
  return { ...file, tensors, headerHash };
}

/** A file, piece by piece, and its seal at the end. @param pieces the preamble, made `withSeal`, and the tensors. */
export function* sealed(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let sum = 0;
  for (const piece of pieces) {
    sum = crc32(piece, sum);
    yield piece;
  }
  const seal = Buffer.alloc(4);
  seal.writeUInt32LE(sum);
  yield seal;
}

/** `encodeSafetensors` with a seal. */
export function encodeSealed(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Buffer {
  const entries = new Map([...tensors].map(([name, { shape }]) => [name, { shape, dtype: 'F32' as const }]));
  const pieces = [...tensors.values()].map(({ data }) => bytesOf(data, 'F32'));
  return Buffer.concat([...sealed([encodePreamble(withSeal(entries), metadata), ...pieces])]);
}

/** At a time, so that a file of gigabytes does not have to fit into memory. */
const CHUNK_BYTES = 4 * 2 ** 20;

/** Whether a file is as it was written; files of earlier versions have no seal, nor have those of others. */
export function stateOfSeal({ path, tensors }: SafetensorsFile): 'whole' | 'damaged' | 'none' {
  const seal = tensors.get(NAME);
  if (seal === undefined) return 'none';
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, seal.offset + seal.length));
    let sum = 0;
    let done = 0;
    while (done < seal.offset) {
      const read = readSync(file, chunk, 0, Math.min(chunk.length, seal.offset - done), done);
      if (read === 0) return 'damaged';
      sum = crc32(chunk.subarray(0, read), sum);
      done += read;
    }
    const read = readSync(file, chunk, 0, seal.length, seal.offset);
    return read === seal.length && seal.length === 4 && chunk.readUInt32LE(0) === sum ? 'whole' : 'damaged';
  } finally {
    closeSync(file);
  }
}
