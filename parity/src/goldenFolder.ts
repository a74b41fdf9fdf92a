/** @file A folder in the golden format (test/golden/README.md): tensors, parameters and pictures by name. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson } from '../../daemon/src/files/json.ts';
import type { Tensor } from '../../daemon/src/tensor/tensor.ts';
import { readHeader, readTensor, type SafetensorsFile } from '../../daemon/src/weights/safetensors.ts';

/** What a golden set is made of; anything else in the folder is for people to read. */
const GOLDEN_FILE = /\.(safetensors|json|png)$/;

/** The tensors of one file. */
export class GoldenTensors {
  private readonly file: SafetensorsFile;

  constructor(file: SafetensorsFile) {
    this.file = file;
  }

  get names(): string[] {
    return [...this.file.tensors.keys()];
  }

  get metadata(): Readonly<Record<string, string>> {
    return this.file.metadata;
  }

  has(name: string): boolean {
    return this.file.tensors.has(name);
  }

  /** The shape as stored, without reading the numbers. */
  shape(name: string): readonly number[] {
    return this.stored(name).shape;
  }

  /** @throws {Error} when there is no such tensor. */
  read(name: string): Tensor {
    return readTensor(this.stored(name));
  }

  private stored(name: string) {
    const stored = this.file.tensors.get(name);
    if (stored === undefined) throw new Error(`${this.file.path} has no tensor ${name}`);
    return stored;
  }
}

/** A golden set, opened. Files are read when they are asked for. */
export class GoldenFolder {
  /** The golden files in it, by name. */
  readonly files: readonly string[];

  readonly folder: string;

  /** @throws {Error} when the folder cannot be read, or is no golden set. */
  constructor(folder: string) {
    this.folder = folder;

    this.files = readdirSync(folder)
      .filter((name) => GOLDEN_FILE.test(name))
      .sort();
    if (this.files.length === 0) throw new Error(`${folder} holds no .safetensors, .json or .png file`);
  }

  has(file: string): boolean {
    return this.files.includes(file);
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  /** The tensors of `part.safetensors`, or null where the set has no such file. */
  tensors(part: string): GoldenTensors | null {
    const file = `${part}.safetensors`;
    return this.has(file) ? new GoldenTensors(readHeader(this.path(file))) : null;
  }

  /**
   * The parameters in `part.json`, or null where the set has no such file.
   *
   * @throws {Error} naming the key when they are not what the schema says.
   */
  json<T extends z.ZodType>(part: string, schema: T): z.infer<T> | null {
    const file = `${part}.json`;
    if (!this.has(file)) return null;
    const parsed = schema.safeParse(readJson(this.path(file)));
    if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  }
}
