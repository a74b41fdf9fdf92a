/**
 * @file Inversions on disk, named by their content: invert once, edit many times. An unfinished one is stored after
 * every timestep, so that an interrupted inversion resumes. New ones push out the least recently used. Each is sealed
 * with a checksum and records its id: a damaged or exchanged one is made anew.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { tellDamage } from '../files/damage.ts';
import { markUsed, shrink, useOf } from '../files/leastRecentlyUsed.ts';
import { writePrivateFile } from '../files/privateFiles.ts';
import type { Inversion, Optimised } from '../methods/inversion.ts';
import { requireFinite } from '../tensor/finite.ts';
import { row, stack, type Tensor } from '../tensor/tensor.ts';
import { readHeader, readTensor, type SafetensorsFile } from '../weights/safetensors.ts';
import { encodeSealed, stateOfSeal } from '../weights/seal.ts';

/** Room for about 150 inversions of Stable Diffusion at 30 steps (13 MB each). */
const DEFAULT_MAX_BYTES = 2 * 2 ** 30;

const COMPLETE = '.safetensors';
const PARTIAL = '.partial.safetensors';

/** What a file says of what was learned, all in strings. */
const LearnedFacts = z.object({
  role: z.enum(['values', 'keys', 'both', 'unconditional']),
  shape: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(
      z.discriminatedUnion('kind', [
        z.object({
          kind: z.enum(['scaleShift', 'direct']),
          imageTokens: z.int().positive(),
          promptTokens: z.int().positive(),
        }),
        z.object({
          kind: z.literal('embedding'),
          promptTokens: z.int().positive(),
          width: z.int().positive(),
        }),
      ]),
    ),
});

export class InversionStore {
  private readonly folder: string;
  private readonly maxBytes: number;

  constructor(folder: string, maxBytes = DEFAULT_MAX_BYTES) {
    this.folder = folder;
    this.maxBytes = maxBytes;
  }

  /** The inversion of that id, or null. A damaged file counts as none, and so do numbers that are none: it is made anew. */
  async find(id: string): Promise<Inversion | null> {
    const found = this.read(id, COMPLETE, (tensors, metadata) => {
      const latents = rows(tensors('latents'));
      if (metadata.role === undefined) return { latents, learned: null };
      const { role, shape } = LearnedFacts.parse(metadata);
      const imageTokens = shape.kind === 'embedding' ? null : tensors('imageTokens');
      return {
        latents,
        learned: { role, shape, imageTokens, parameters: vectors(tensors('parameters')) },
      };
    });
    // Earlier versions wrote no seals. What they wrote is taken as it is, once, and sealed for the next time.
    if (found !== null && !found.isSealed) await this.save(id, found.kept).catch(() => undefined);
    return found?.kept ?? null;
  }

  /** Where an interrupted inversion had got to, or null. */
  async findPartial(id: string): Promise<Optimised | null> {
    const found = this.read(id, PARTIAL, (tensors) => ({
      parameters: vectors(tensors('parameters')),
      current: tensors('current'),
    }));
    return found?.kept ?? null;
  }

  /** Keeps a finished inversion, and forgets its partial state. */
  async save(id: string, { latents, learned }: Inversion): Promise<void> {
    const tensors = new Map([['latents', stack(latents)]]);
    if (learned === null) {
      await this.write(id, COMPLETE, tensors);
    } else {
      const { role, shape, imageTokens, parameters } = learned;
      tensors.set('parameters', matrix(parameters));
      if (imageTokens !== null) tensors.set('imageTokens', imageTokens);
      await this.write(id, COMPLETE, tensors, { role, shape: JSON.stringify(shape) });
    }
    await rm(join(this.folder, id + PARTIAL), { force: true });
  }

  /** Keeps the state after a timestep. */
  async savePartial(id: string, { parameters, current }: Optimised): Promise<void> {
    const tensors = new Map([
      ['parameters', matrix(parameters)],
      ['current', current],
    ]);
    await this.write(id, PARTIAL, tensors);
  }

  private read<T>(
    id: string,
    kind: string,
    parse: (tensors: (name: string) => Tensor, metadata: SafetensorsFile['metadata']) => T,
  ): { readonly kept: T; readonly isSealed: boolean } | null {
    const path = join(this.folder, id + kind);
    if (useOf(path) === null) return null;
    try {
      const file = readHeader(path);
      const seal = stateOfSeal(file);
      const { of = id, ...facts } = file.metadata;
      if (seal === 'damaged') throw new Error('the seal is broken');
      if (of !== id) throw new Error(`it is that of ${of}`);
      const kept = parse((tensor) => requireFinite(readTensor(file.tensors.get(tensor)!)), facts);
      markUsed(path);
      return { kept, isSealed: seal === 'whole' };
    } catch {
      tellDamage(`The stored inversion ${path} is damaged. The picture is inverted anew.`);
      return null;
    }
  }

  private async write(
    id: string,
    kind: string,
    tensors: ReadonlyMap<string, Tensor>,
    facts: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const name = id + kind;
    const bytes = encodeSealed(tensors, { ...facts, of: id });
    // Those that were not used for longest make room.
    shrink(this.folder, (other) => other.endsWith(COMPLETE) && other !== name, this.maxBytes - bytes.length);
    await writePrivateFile(join(this.folder, name), bytes);
  }
}

const rows = (tensor: Tensor): Tensor[] => Array.from({ length: tensor.shape[0]! }, (_, i) => row(tensor, i));

/** Flat vectors [P] as rows of [k, P], and back. */
const matrix = (flat: readonly Tensor[]): Tensor =>
  stack(flat.map(({ data }) => ({ shape: [1, data.length], data })));
const vectors = (tensor: Tensor): Tensor[] =>
  rows(tensor).map(({ data }) => ({ shape: [data.length], data }));
