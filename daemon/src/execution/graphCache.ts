/** @file Graphs on disk by their fingerprint, each sealed with a checksum: a damaged one is built anew. */

import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { tellDamage } from '../files/damage.ts';
import { writePrivateFile } from '../files/privateFiles.ts';
import { readKeptFile } from '../files/readKeptFile.ts';
import { Message } from '../graph/protobuf.ts';

/** ModelProto's `metadata_props`: the seal is a field more at the end, and the file an ONNX model with or without. */
const METADATA = 14;

/** More than any graph takes: its weights lie elsewhere. */
const MAX_BYTES = 2 ** 28;

export class GraphCache {
  private readonly folder: string | null;

  /** @param folder null keeps none. */
  constructor(folder: string | null) {
    this.folder = folder;
  }

  /** The ONNX model of that fingerprint, from the disk or, for the next time, from `emit`. */
  async model(fingerprint: string, emit: () => Uint8Array): Promise<Uint8Array> {
    if (this.folder === null) return emit();
    const path = join(this.folder, `${fingerprint}.onnx`);
    const cached = await readKeptFile(path, MAX_BYTES);
    const known = cached && unsealGraph(cached);
    if (known !== null) return known;
    if (cached !== null)
      tellDamage(`The graph ${path} is damaged, or of an earlier version. It is built anew.`);
    const bytes = emit();
    // A graph that cannot be kept is built again the next time: no reason to fail.
    await writePrivateFile(path, Buffer.concat([bytes, sealOf(bytes)])).catch(() => undefined);
    return bytes;
  }
}

/** A graph as it was emitted; null where it is not as it was kept. */
export function unsealGraph(kept: Uint8Array): Uint8Array | null {
  const length = kept.length - SEAL_BYTES;
  if (length < 0) return null;
  const graph = kept.subarray(0, length);
  return Buffer.from(sealOf(graph)).equals(kept.subarray(length)) ? graph : null;
}

const sealOf = (graph: Uint8Array): Uint8Array =>
  new Message()
    .bytes(
      METADATA,
      new Message().bytes(1, 'palimpsest.crc32').bytes(2, crc32(graph).toString(16).padStart(8, '0')),
    )
    .encode();

const SEAL_BYTES = sealOf(new Uint8Array(0)).length;
