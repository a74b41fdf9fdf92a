/** @file The weights of one component of a diffusers folder: one .safetensors file, or several with an index. */

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PalimpsestError } from '@palimpsest/protocol';
import { z } from 'zod';
import type { Shape, WeightSource } from '../graph/graph.ts';
import { contentHash, readHeader, type SafetensorsFile, type StoredTensor } from '../tensor/safetensors.ts';

/** File names that diffusers and transformers write, in the order in which we prefer them. */
const FILE_STEMS = ['diffusion_pytorch_model', 'model'];
const SUFFIXES = ['.safetensors', '.fp16.safetensors'];

const Index = z.object({ weight_map: z.record(z.string(), z.string()) });

/** The named weights of one component. */
export class Checkpoint implements WeightSource {
  private readonly tensors = new Map<string, StoredTensor>();

  private constructor(readonly files: readonly SafetensorsFile[]) {
    for (const file of files) for (const [name, stored] of file.tensors) this.tensors.set(name, stored);
    const folders = new Set(files.map(({ path }) => dirname(path)));
    if (folders.size !== 1) {
      throw new PalimpsestError(
        'MODEL_FOLDER_INVALID',
        `The parts of one network lie in ${folders.size} folders (${[...folders].join(', ')}). Put them into one.`,
      );
    }
  }

  /**
   * Opens the weights in a component's folder, such as `MODEL/unet`.
   *
   * @throws {PalimpsestError} MODEL_FOLDER_INVALID when there is no .safetensors file, WEIGHT_INVALID when one is
   *   damaged or cut short.
   */
  static open(folder: string): Checkpoint {
    for (const stem of FILE_STEMS) {
      for (const suffix of SUFFIXES) {
        const path = join(folder, stem + suffix);
        const index = `${path}.index.json`;
        if (existsSync(index)) return new Checkpoint(shards(folder, index).map(open));
        if (existsSync(path)) return new Checkpoint([open(path)]);
      }
    }
    throw new PalimpsestError(
      'MODEL_FOLDER_INVALID',
      `${folder} holds no weights: expected ${FILE_STEMS.map((stem) => `${stem}.safetensors`).join(' or ')}. ` +
        'Weights in .bin or .ckpt files have to be converted to safetensors first.',
    );
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  get(name: string, shape: Shape): StoredTensor {
    const stored = this.tensors.get(name);
    const [file] = this.files;
    if (stored === undefined) {
      throw new PalimpsestError(
        'WEIGHT_MISSING',
        `${file?.path} lacks the weight ${name} that its config.json asks for. Check that the two belong together.`,
      );
    }
    if (stored.shape.join() !== shape.join() || (stored.dtype !== 'F32' && stored.dtype !== 'F16')) {
      throw new PalimpsestError(
        'WEIGHT_INVALID',
        `${stored.file}: ${name} is ${stored.dtype} [${stored.shape}], but the config asks for F32 or F16 [${shape}].`,
      );
    }
    return stored;
  }

  /** The one folder that the files lie in: the runtime allows no more in a session. */
  get folder(): string {
    return dirname(this.files[0]!.path);
  }

  /** Changes with the weights themselves. */
  get content(): string {
    return this.files.map(contentHash).join();
  }

  /** Changes when a weight's name, shape, type or place in its file does: all that a graph depends on. */
  get layout(): string {
    return this.files.map(({ path, headerHash }) => `${basename(path)}:${headerHash}`).join();
  }
}

/** The runtime refuses links that lead out of their folder, as a Hugging Face cache is made of: resolve them first. */
const open = (path: string): SafetensorsFile => readHeader(realpathSync(path));

function shards(folder: string, index: string): string[] {
  const parsed = Index.safeParse(JSON.parse(readFileSync(index, 'utf8')));
  if (!parsed.success)
    throw new PalimpsestError('MODEL_FOLDER_INVALID', `${index} is not an index of weight files.`);
  return [...new Set(Object.values(parsed.data.weight_map))].map((name) => join(folder, name));
}
