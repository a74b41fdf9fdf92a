/**
 * @file Inversions on disk, content-addressed: invert once, edit many times. A partial one is kept after every timestep,
 * so that an interrupted inversion resumes. The least recently used ones make room for new ones.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Inversion, Optimised } from '../methods/inversion.ts';
import { markUsed, shrink } from '../runtime/leastRecentlyUsed.ts';
import { writePrivateFile } from '../runtime/privateFiles.ts';
import { requireFinite } from '../tensor/finite.ts';
import { encodeSafetensors, readHeader, readTensor, type SafetensorsFile } from '../tensor/safetensors.ts';
import { row, stack, type Tensor } from '../tensor/tensor.ts';

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
  constructor(
    private readonly folder: string,
    private readonly maxBytes = DEFAULT_MAX_BYTES,
  ) {}

  /** The inversion of that id, or null. A damaged file counts as none, and so do numbers that are none: it is made anew. */
  async find(id: string): Promise<Inversion | null> {
    return this.read(id + COMPLETE, (tensors, metadata) => {
      const latents = rows(tensors('latents'));
      if (metadata.role === undefined) return { latents, learned: null };
      const { role, shape } = LearnedFacts.parse(metadata);
      const imageTokens = shape.kind === 'embedding' ? null : tensors('imageTokens');
      return {
        latents,
        learned: { role, shape, imageTokens, parameters: vectors(tensors('parameters')) },
      };
    });
  }

  /** Where an interrupted inversion had got to, or null. */
  async findPartial(id: string): Promise<Optimised | null> {
    return this.read(id + PARTIAL, (tensors) => ({
      parameters: vectors(tensors('parameters')),
      current: tensors('current'),
    }));
  }

  /** Keeps a finished inversion, and forgets its partial state. */
  async save(id: string, { latents, learned }: Inversion): Promise<void> {
    const tensors = new Map([['latents', stack(latents)]]);
    if (learned === null) {
      await this.write(id + COMPLETE, encodeSafetensors(tensors));
    } else {
      const { role, shape, imageTokens, parameters } = learned;
      tensors.set('parameters', matrix(parameters));
      if (imageTokens !== null) tensors.set('imageTokens', imageTokens);
      const facts = { role, shape: JSON.stringify(shape) };
      await this.write(id + COMPLETE, encodeSafetensors(tensors, facts));
    }
    await rm(join(this.folder, id + PARTIAL), { force: true });
  }

  /** Keeps the state after a timestep. */
  async savePartial(id: string, { parameters, current }: Optimised): Promise<void> {
    const tensors = new Map([
      ['parameters', matrix(parameters)],
      ['current', current],
    ]);
    await this.write(id + PARTIAL, encodeSafetensors(tensors));
  }

  private async read<T>(
    name: string,
    parse: (tensors: (name: string) => Tensor, metadata: SafetensorsFile['metadata']) => T,
  ): Promise<T | null> {
    const path = join(this.folder, name);
    try {
      const file = readHeader(path);
      const found = parse((tensor) => requireFinite(readTensor(file.tensors.get(tensor)!)), file.metadata);
      markUsed(path);
      return found;
    } catch {
      return null;
    }
  }

  private async write(name: string, bytes: Uint8Array): Promise<void> {
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
