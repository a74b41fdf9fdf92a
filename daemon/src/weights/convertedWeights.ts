/**
 * @file Weights that are stored in another precision than their network computes in, converted once and kept in a file of
 * their own.
 *
 * The runtime would cast them whenever a network is loaded, into memory that belongs to that network alone; the file is
 * mapped as weights always are, and shared by all networks.
 */

import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { markUsed } from '../files/leastRecentlyUsed.ts';
import { makePrivateFolder, writePrivateFile } from '../files/privateFiles.ts';
import { removeLeftovers } from '../files/writeFile.ts';
import type { FloatType } from '../graph/elementTypes.ts';
import type { StoredTensor } from '../tensor/storedTensor.ts';
import { type Checkpoint, STORED_TYPE } from './checkpoint.ts';
import {
  hasRoom,
  isIntact,
  isWhole,
  makeRoom,
  type PlannedWeights,
  planWeights,
  WEIGHTS_ROOM,
  type WeightsRoom,
} from './plannedWeights.ts';
import { bytesOf, readTensor } from './safetensors.ts';
import { sealed } from './seal.ts';

/** A converted checkpoint: the file that it will have, and all that is needed to write it. */
interface Plan extends PlannedWeights {
  readonly converted: Checkpoint;
  readonly precision: FloatType;
  /** In the file's order. */
  readonly stored: readonly StoredTensor[];
}

/** The least recently used ones make room for new ones. */
export class ConvertedWeights {
  private readonly room: WeightsRoom;
  private readonly plans: Readonly<Record<FloatType, WeakMap<Checkpoint, Plan>>> = {
    float16: new WeakMap(),
    float32: new WeakMap(),
  };
  private readonly writes = new Map<string, Promise<void>>();

  private readonly folder: string;

  constructor(folder: string, room: Partial<WeightsRoom> = {}) {
    this.folder = folder;

    this.room = { ...WEIGHTS_ROOM, ...room };
  }

  /** The same weights as they would lie in their file; as they are where nothing is gained, or the disk has no room. */
  expect(checkpoint: Checkpoint, precision: FloatType): Checkpoint {
    return this.feasible(checkpoint, precision)?.converted ?? checkpoint;
  }

  /** The same, with the file written. A file that cannot be written is done without. */
  async provide(checkpoint: Checkpoint, precision: FloatType): Promise<Checkpoint> {
    const plan = this.feasible(checkpoint, precision);
    if (plan === null) return checkpoint;
    const { path } = plan.file;
    const write = this.writes.get(path) ?? this.write(plan);
    this.writes.set(path, write);
    try {
      await write;
      return plan.converted;
    } catch {
      return checkpoint;
    } finally {
      this.writes.delete(path);
    }
  }

  private feasible(checkpoint: Checkpoint, precision: FloatType): Plan | null {
    if (!checkpoint.storesOtherThan(precision)) return null;
    const plan = this.plan(checkpoint, precision);
    return isWhole(plan) || hasRoom(plan, this.room) ? plan : null;
  }

  private plan(checkpoint: Checkpoint, precision: FloatType): Plan {
    const known = this.plans[precision].get(checkpoint);
    if (known) return known;
    const floats = [...checkpoint.weights].filter(([, { dtype }]) => dtype === 'F16' || dtype === 'F32');
    const dtype = STORED_TYPE[precision];
    const key = createHash('sha256')
      .update(checkpoint.state)
      .update(JSON.stringify([precision, floats]));
    const planned = planWeights(
      join(this.folder, `${key.digest('hex')}.safetensors`),
      new Map(floats.map(([name, { shape }]) => [name, { shape, dtype }])),
    );
    const converted = checkpoint.convertedTo(planned.file);
    const plan = { ...planned, converted, precision, stored: floats.map(([, stored]) => stored) };
    this.plans[precision].set(checkpoint, plan);
    return plan;
  }

  private async write(plan: Plan): Promise<void> {
    const { path } = plan.file;
    if (isIntact(plan)) return markUsed(path);
    makePrivateFolder(this.folder);
    removeLeftovers(this.folder);
    makeRoom(this.folder, plan.bytes, this.room);
    await writePrivateFile(path, plan.preamble, async (out: FileHandle) => {
      for (const piece of sealed(convertedPieces(plan))) await out.writeFile(piece);
    });
  }
}

/** Weight by weight: all of them at once need not fit into memory. */
function* convertedPieces({ preamble, stored, precision }: Plan): Generator<Uint8Array> {
  yield preamble;
  for (const each of stored) yield bytesOf(readTensor(each).data, STORED_TYPE[precision]);
}
