/**
 * @file Weights that are stored in another precision than their network computes in, converted once and kept in a file of
 * their own.
 *
 * The runtime would cast them whenever a network is loaded, into memory that belongs to that network alone; the file is
 * mapped as weights always are, and shared by all networks.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { type FileHandle, mkdir, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FloatType } from '../graph/graph.ts';
import { removeLeftovers, writeFileAtomic } from '../runtime/writeFile.ts';
import {
  bytesOf,
  encodePreamble,
  fileOfPreamble,
  readTensor,
  type SafetensorsFile,
  type StoredTensor,
} from '../tensor/safetensors.ts';
import { type Checkpoint, STORED_TYPE } from './checkpoint.ts';

export interface ConvertedWeightsOptions {
  /** Bytes of the disk that are left to others. */
  readonly reserve?: number;
  /** Bytes of all converted weights together: a few models'. */
  readonly limit?: number;
}

/** A converted checkpoint: the file that it will have, and all that is needed to write it. */
interface Plan {
  readonly converted: Checkpoint;
  readonly precision: FloatType;
  readonly file: SafetensorsFile;
  readonly preamble: Buffer;
  /** In the file's order. */
  readonly stored: readonly StoredTensor[];
  readonly bytes: number;
}

/** The least recently used ones make room for new ones. */
export class ConvertedWeights {
  private readonly reserve: number;
  private readonly limit: number;
  private readonly plans: Readonly<Record<FloatType, WeakMap<Checkpoint, Plan>>> = {
    float16: new WeakMap(),
    float32: new WeakMap(),
  };
  private readonly writes = new Map<string, Promise<void>>();

  constructor(
    private readonly folder: string,
    { reserve = 10e9, limit = 20e9 }: ConvertedWeightsOptions = {},
  ) {
    this.reserve = reserve;
    this.limit = limit;
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
    return isWhole(plan) || this.hasRoom(plan) ? plan : null;
  }

  private plan(checkpoint: Checkpoint, precision: FloatType): Plan {
    const known = this.plans[precision].get(checkpoint);
    if (known) return known;
    const floats = [...checkpoint.weights].filter(([, { dtype }]) => dtype === 'F16' || dtype === 'F32');
    const dtype = STORED_TYPE[precision];
    const preamble = encodePreamble(new Map(floats.map(([name, { shape }]) => [name, { shape, dtype }])));
    const key = createHash('sha256')
      .update(checkpoint.content)
      .update(JSON.stringify([precision, floats]));
    const file = fileOfPreamble(join(this.folder, `${key.digest('hex')}.safetensors`), preamble);
    const bytes = Math.max(...[...file.tensors.values()].map(({ offset, length }) => offset + length));
    const plan = {
      converted: checkpoint.convertedTo(file),
      precision,
      file,
      preamble,
      stored: floats.map(([, stored]) => stored),
      bytes,
    };
    this.plans[precision].set(checkpoint, plan);
    return plan;
  }

  private hasRoom({ bytes }: Plan): boolean {
    if (bytes > this.limit) return false;
    try {
      const { bavail, bsize } = statfsSync(existingFolder(this.folder));
      return bavail * bsize - bytes >= this.reserve;
    } catch {
      return false;
    }
  }

  /** Weight by weight: all of them at once need not fit into memory. */
  private async write(plan: Plan): Promise<void> {
    const { path } = plan.file;
    const now = new Date();
    // Kept in the file's time, so that the order of use outlives the process.
    if (isWhole(plan)) return utimes(path, now, now);
    await mkdir(this.folder, { recursive: true });
    await removeLeftovers(this.folder);
    await this.makeRoom(plan.bytes);
    await writeFileAtomic(path, plan.preamble, async (out: FileHandle, preamble) => {
      await out.writeFile(preamble);
      for (const stored of plan.stored) {
        await out.writeFile(bytesOf(readTensor(stored).data, STORED_TYPE[plan.precision]));
      }
    });
  }

  private async makeRoom(bytes: number): Promise<void> {
    const files = readdirSync(this.folder)
      .filter((name) => name.endsWith('.safetensors'))
      .map((name) => ({ path: join(this.folder, name), ...timeAndSize(join(this.folder, name)) }))
      .sort((a, b) => a.time - b.time);
    let used = bytes + files.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of files) {
      if (used <= this.limit) return;
      // Windows keeps a file that is in use.
      await rm(path, { force: true }).catch(() => undefined);
      used -= size;
    }
  }
}

const isWhole = ({ file, bytes }: Plan): boolean => timeAndSize(file.path).size === bytes;

function timeAndSize(path: string): { time: number; size: number } {
  try {
    const { mtimeMs, size } = statSync(path);
    return { time: mtimeMs, size };
  } catch {
    return { time: 0, size: 0 };
  }
}

/** The folder, or the nearest above it that there is. */
function existingFolder(folder: string): string {
  return existsSync(folder) ? folder : existingFolder(dirname(folder));
}
