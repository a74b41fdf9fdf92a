/**
 * @file LoRA files (Hu et al. 2021), merged into a model's weights: W + strength * alpha / rank * up * down.
 *
 * The merged weights are written once, into a file of their own, and take the place of the model's at load.
 */

import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { ours, PalimpsestError, place, type Sentence, sentence } from '@palimpsest/protocol';
import { markUsed } from '../files/leastRecentlyUsed.ts';
import { makePrivateFolder, writePrivateFileSync } from '../files/privateFiles.ts';
import { removeLeftovers, writeError } from '../files/writeFile.ts';
import type { StoredTensor } from '../tensor/storedTensor.ts';
import { elementCount } from '../tensor/tensor.ts';
import { type Checkpoint, openWeights } from './checkpoint.ts';
import type { LoraChoice } from './loraChoice.ts';
import { flatName, type LoraComponent, type LoraRole, readLoraKey } from './loraKeys.ts';
import {
  isIntact,
  makeRoom,
  type PlannedWeights,
  planWeights,
  WEIGHTS_ROOM,
  type WeightsRoom,
} from './plannedWeights.ts';
import { bytesOf, contentState, readTensor, type SafetensorsFile } from './safetensors.ts';
import { sealed, withoutSeal } from './seal.ts';

/** What one LoRA adds to one weight. */
interface Change {
  readonly down: StoredTensor;
  readonly up: StoredTensor;
  readonly scale: number;
}

/**
 * A component's weights with the LoRAs in them.
 *
 * @param folder where merged weights are kept.
 * @throws {PalimpsestError} WEIGHT_INVALID when a file is damaged, is another kind of LoRA, or does not fit the model;
 *   DISK_FULL or WRITE_FAILED.
 */
export function withLoras(
  checkpoint: Checkpoint,
  component: LoraComponent,
  loras: readonly LoraChoice[],
  folder: string,
  room: WeightsRoom = WEIGHTS_ROOM,
): Checkpoint {
  const files = loras.map(({ file, strength }) => ({ file: openWeights(file), strength }));
  const changes = new Map<string, Change[]>();
  for (const { file, strength } of files) collect(file, strength, component, checkpoint, changes);
  if (changes.size === 0) return checkpoint;

  const key = createHash('sha256')
    .update(
      JSON.stringify([checkpoint.state, files.map(({ file, strength }) => [contentState(file), strength])]),
    )
    .digest('hex');
  const planned = planWeights(
    join(folder, `${key}-${component}.safetensors`),
    new Map([...changes.keys()].map((name) => [name, mergedType(checkpoint.weights.get(name)!)])),
  );
  const provide = () => {
    if (isIntact(planned)) markUsed(planned.file.path);
    else write(planned, checkpoint, changes, room);
  };
  provide();
  return checkpoint.overlaid(withoutSeal(openWeights(planned.file.path)), provide);
}

/** The model's own precision. */
const mergedType = ({ shape, dtype }: StoredTensor) =>
  ({ shape, dtype: dtype === 'F16' ? 'F16' : 'F32' }) as const;

/** Adds what a file changes of one network. Nothing in it is passed over: what is not understood would be missing. */
function collect(
  file: SafetensorsFile,
  strength: number,
  component: LoraComponent,
  { weights }: Checkpoint,
  changes: Map<string, Change[]>,
): void {
  const names = new Map([...weights.keys()].map((name) => [flatName(name.replace(/\.weight$/, '')), name]));
  for (const [module, { weight, parts }] of modulesOf(file, component)) {
    const name = names.get(weight);
    if (name === undefined)
      throw unfit(file.path, sentence`the model has no ${{ module }}; it was made for another kind of model`);
    const [down, up] = [parts.get('down'), parts.get('up')];
    if (down === undefined || up === undefined)
      throw unfit(file.path, sentence`${{ module }} has only one of its two matrices`);
    requireShapes(file.path, weights.get(name)!, down, up);
    const rank = down.shape[0] ?? 1;
    const stored = parts.get('alpha');
    const alpha = stored === undefined ? rank : readTensor(stored).data[0]!;
    changes.set(name, [...(changes.get(name) ?? []), { down, up, scale: (strength * alpha) / rank }]);
  }
}

/** A module of the model as a file knows it. */
interface Module {
  readonly weight: string;
  readonly parts: Map<LoraRole, StoredTensor>;
}

function modulesOf(file: SafetensorsFile, component: LoraComponent): ReadonlyMap<string, Module> {
  const modules = new Map<string, Module>();
  if (file.tensors.size === 0) throw unfit(file.path, 'it holds no LoRA');
  for (const [key, stored] of file.tensors) {
    const read = readLoraKey(key);
    if (typeof read === 'string') throw unfit(file.path, read);
    if (read.component !== component) continue;
    const module = modules.get(read.module) ?? { weight: read.weight, parts: new Map() };
    modules.set(read.module, module);
    module.parts.set(read.role, stored);
  }
  return modules;
}

function unfit(path: string, reason: string | Sentence): PalimpsestError {
  return new PalimpsestError(
    'WEIGHT_INVALID',
    sentence`${{ file: place(path) }} cannot be used as a LoRA: ${{ reason: ours(reason) }}. Leave it out, or take another.`,
  );
}

/** The least recently used ones make room. */
function write(
  { file: { path }, preamble, bytes }: PlannedWeights,
  checkpoint: Checkpoint,
  changes: ReadonlyMap<string, readonly Change[]>,
  room: WeightsRoom,
): void {
  const folder = dirname(path);
  makePrivateFolder(folder);
  try {
    removeLeftovers(folder);
    makeRoom(folder, bytes, room);
  } catch (error) {
    throw writeError(path, error);
  }
  writePrivateFileSync(path, sealed(mergedPieces(preamble, checkpoint, changes)));
}

/** Weight by weight: all of them at once need not fit into memory. */
function* mergedPieces(
  preamble: Buffer,
  checkpoint: Checkpoint,
  changes: ReadonlyMap<string, readonly Change[]>,
): Generator<Uint8Array> {
  yield preamble;
  for (const [name, own] of changes) {
    const stored = checkpoint.weights.get(name)!;
    yield bytesOf(merge(stored, own), mergedType(stored).dtype);
  }
}

/** Convolutions are matrices too: the kernel of `down` is [rank, in * height * width], that of `up` is 1 x 1. */
function requireShapes(path: string, { shape }: StoredTensor, down: StoredTensor, up: StoredTensor): void {
  const rows = shape[0] ?? 1;
  const columns = elementCount(shape) / rows;
  const rank = down.shape[0] ?? 1;
  if (elementCount(down.shape) === rank * columns && elementCount(up.shape) === rows * rank) return;
  throw unfit(
    path,
    sentence`[${{ up: String(up.shape) }}] times [${{ down: String(down.shape) }}] does not fit a weight of [${{ shape: String(shape) }}]`,
  );
}

function merge(stored: StoredTensor, changes: readonly Change[]): Float32Array {
  const { data } = readTensor(stored);
  const rows = stored.shape[0] ?? 1;
  const columns = elementCount(stored.shape) / rows;
  for (const { down, up, scale } of changes) {
    const rank = down.shape[0] ?? 1;
    const [left, right] = [readTensor(up).data, readTensor(down).data];
    for (let row = 0; row < rows; row++) {
      const target = data.subarray(row * columns, (row + 1) * columns);
      for (let r = 0; r < rank; r++) {
        const factor = scale * left[row * rank + r]!;
        const source = right.subarray(r * columns, (r + 1) * columns);
        for (let i = 0; i < columns; i++) target[i]! += factor * source[i]!;
      }
    }
  }
  return data;
}
