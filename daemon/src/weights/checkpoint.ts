/**
 * @file The weights of one network, by their published names: from one .safetensors file, from several with an index, or
 * from the part of a larger file that holds it.
 */

import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, parse, sep } from 'node:path';
import { PalimpsestError, place, sentence } from '@palimpsest/protocol';
import { z } from 'zod';
import { faultSentence } from '../files/fileFault.ts';
import { readJson } from '../files/json.ts';
import { namesIn } from '../files/namesIn.ts';
import type { FloatType, Shape } from '../graph/elementTypes.ts';
import type { WeightSource } from '../graph/graph.ts';
import { locationIn } from '../graph/onnx.ts';
import type { StoredTensor } from '../tensor/storedTensor.ts';
import { contentHash, contentState, readHeader, type SafetensorsFile } from './safetensors.ts';

/** File names, in small letters, that diffusers and transformers write, in the order in which we prefer them. */
const FILE_STEMS = ['diffusion_pytorch_model', 'model'];
/** Of a whole file, and of the index of one in parts, which versions of diffusers name differently. */
const ENDS = [
  { whole: '.safetensors', indexes: ['.safetensors.index.json'] },
  {
    whole: '.fp16.safetensors',
    indexes: ['.safetensors.index.fp16.json', '.fp16.safetensors.index.json', '.safetensors.fp16.index.json'],
  },
];

const Index = z.object({ weight_map: z.record(z.string(), z.string()) });

/** How a precision is called in files. */
export const STORED_TYPE = { float16: 'F16', float32: 'F32' } as const satisfies Record<FloatType, string>;

/** A file that is made of others, and how it is made again. */
interface DerivedFile {
  readonly file: SafetensorsFile;
  readonly restore: () => void;
}

/** The named weights of one component. */
export class Checkpoint implements WeightSource {
  /** The folder that all files lie in or below: the runtime allows no more than one in a session. */
  readonly folder: string;

  readonly files: readonly SafetensorsFile[];
  private readonly tensors: ReadonlyMap<string, StoredTensor>;
  private readonly derived: DerivedFile | null;

  private constructor(
    files: readonly SafetensorsFile[],
    tensors: ReadonlyMap<string, StoredTensor>,
    derived: DerivedFile | null = null,
  ) {
    this.files = files;
    this.tensors = tensors;
    this.derived = derived;

    this.folder = commonFolder(files.map(({ path }) => dirname(path)));
  }

  private static ofFiles(files: readonly SafetensorsFile[]): Checkpoint {
    return new Checkpoint(files, new Map(files.flatMap(({ tensors }) => [...tensors])));
  }

  /** The part of a file that holds one network, each tensor under the name that the network asks for. */
  static within(file: SafetensorsFile, tensors: ReadonlyMap<string, StoredTensor>): Checkpoint {
    return new Checkpoint([file], tensors);
  }

  /**
   * The same network with some of its weights taken from another file.
   *
   * @param restore makes the file again where it was removed to make room for others.
   */
  overlaid(file: SafetensorsFile, restore: () => void): Checkpoint {
    const tensors = new Map([...this.tensors, ...file.tensors]);
    return new Checkpoint([...this.files, file], tensors, { file, restore });
  }

  /** The same weights from a file that has all of those which a network can ask for. */
  convertedTo(file: SafetensorsFile): Checkpoint {
    return new Checkpoint([file], new Map([...this.tensors, ...file.tensors]));
  }

  /**
   * Opens the weights in a component's folder, such as `MODEL/unet`.
   *
   * @throws {PalimpsestError} MODEL_FOLDER_INVALID when there is no .safetensors file or its index is damaged,
   *   WEIGHT_INVALID when a file is damaged or cut short.
   */
  static open(folder: string): Checkpoint {
    const names = new Map(namesIn(folder).map((name) => [name.toLowerCase(), join(folder, name)]));
    for (const stem of FILE_STEMS) {
      for (const { whole, indexes } of ENDS) {
        const index = indexes.map((end) => names.get(stem + end)).find((path) => path !== undefined);
        if (index !== undefined) return Checkpoint.ofFiles(shards(folder, index).map(openWeights));
        const path = names.get(stem + whole);
        if (path !== undefined) return Checkpoint.ofFiles([openWeights(path)]);
      }
    }
    const pickle = PICKLES.map((name) => names.get(name)).find((path) => path !== undefined);
    if (pickle !== undefined) throw refusedPickle(pickle);
    const expected = FILE_STEMS.map((stem) => `${stem}.safetensors`).join(' or ');
    throw new PalimpsestError(
      'MODEL_FOLDER_INVALID',
      sentence`${{ folder: place(folder) }} holds no weights: expected ${{ expected }}.`,
    );
  }

  /** All weights, by name. */
  get weights(): ReadonlyMap<string, StoredTensor> {
    return this.tensors;
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
        sentence`${{ file: place(file?.path ?? '') }} lacks the weight ${{ weight: name }} that its config asks for. Check that the two belong together.`,
      );
    }
    if (stored.shape.join() !== shape.join() || (stored.dtype !== 'F32' && stored.dtype !== 'F16')) {
      throw new PalimpsestError(
        'WEIGHT_INVALID',
        sentence`${{ file: place(stored.file) }}: ${{ weight: name }} is ${{ type: stored.dtype }} [${{ found: String(stored.shape) }}], but the config asks for F32 or F16 [${{ wanted: String(shape) }}].`,
      );
    }
    return stored;
  }

  /** Whether any of its weights are stored in the other precision. */
  storesOtherThan(precision: FloatType): boolean {
    const other = STORED_TYPE[precision === 'float16' ? 'float32' : 'float16'];
    return [...this.tensors.values()].some(({ dtype }) => dtype === other);
  }

  /**
   * Makes sure that files which are made of others are there, before they are read or loaded.
   *
   * @throws {PalimpsestError} DISK_FULL or WRITE_FAILED.
   */
  prepare(): void {
    this.derived?.restore();
  }

  /** Changes with the weights themselves. */
  get content(): string {
    this.prepare();
    return this.files.map((file) => contentHash(this.ownPartOf(file))).join();
  }

  /** Changes with the weights, and whenever one of their files is written: for what is made of them on this machine. */
  get state(): string {
    this.prepare();
    // The time of a file that is made of others says when it was used; its name says what it was made of.
    const states = this.files.map((file) =>
      file === this.derived?.file ? basename(file.path) : contentState(this.ownPartOf(file)),
    );
    return JSON.stringify(states);
  }

  /** What a file holds of this network: a single file's others are none of its business. */
  private ownPartOf(file: SafetensorsFile): SafetensorsFile {
    const own = [...this.tensors].filter(([, stored]) => stored.file === file.path);
    return { ...file, tensors: new Map(own) };
  }

  /** Changes when a weight's name, shape, type or place in its file does: all that a graph depends on. */
  get layout(): string {
    return this.files.map(({ path, headerHash }) => `${locationIn(this.folder, path)}:${headerHash}`).join();
  }
}

/** The runtime refuses links that lead out of their folder, as a Hugging Face cache is made of: resolve them first. */
export function openWeights(path: string): SafetensorsFile {
  return readHeader(existsSync(path) ? realpathSync(path) : path);
}

/** Of files of weights, and of those that can run any program when they are opened. */
export const SAFETENSORS = /\.safetensors$/i;
export const PICKLED = /\.(ckpt|pt|pth|bin)$/i;

/** Names that pickled weights have in component folders. */
const PICKLES = ['diffusion_pytorch_model.bin', 'diffusion_pytorch_model.fp16.bin', 'pytorch_model.bin'];

/** Why a pickle is not read. */
export function refusedPickle(path: string): PalimpsestError {
  return new PalimpsestError(
    'MODEL_FOLDER_INVALID',
    sentence`${{ file: place(path) }} is a pickle, which can run any program when it is opened, so Palimpsest does not open it. Use the .safetensors file of the same model; nearly all are published as one.`,
  );
}

/** The deepest folder that all of these lie in. */
function commonFolder(folders: readonly string[]): string {
  const [first = '', ...others] = folders;
  const { root } = parse(first);
  const strange = others.find((folder) => parse(folder).root !== root);
  if (strange !== undefined) {
    throw new PalimpsestError(
      'MODEL_FOLDER_INVALID',
      sentence`The weights of one network lie on two drives (${{ first: place(first) }} and ${{ second: place(strange) }}). Put them on one; PALIMPSEST_CACHE says where merged weights are kept.`,
    );
  }
  let common = first;
  while (
    others.some(
      (folder) => folder !== common && !folder.startsWith(common.endsWith(sep) ? common : common + sep),
    )
  )
    common = dirname(common);
  return common;
}

function shards(folder: string, index: string): string[] {
  try {
    const { weight_map } = Index.parse(readJson(index));
    return [...new Set(Object.values(weight_map))].map((name) => join(folder, name));
  } catch (cause) {
    throw new PalimpsestError(
      'MODEL_FOLDER_INVALID',
      faultSentence(index) ??
        sentence`${{ file: place(index) }} is not an index of weight files. Download or copy it again; its download may have been interrupted.`,
      { cause },
    );
  }
}
