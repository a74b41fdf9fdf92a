/** Folders and an engine of their own for a test, on the golden model. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobHash, EditOptions, InversionOptions, type JobRequest } from '@palimpsest/protocol';
import { ModelRegistry } from '../../daemon/src/catalog/modelRegistry.ts';
import { EngineSupervisor, type SupervisorOptions } from '../../daemon/src/engine/supervisor.ts';
import { BlobStore } from '../../daemon/src/store/blobStore.ts';
import { GOLDEN, MODEL } from '../golden.ts';
import { makeSmallModel } from './smallModel.ts';

/** Where an engine of the tests keeps things. */
export const foldersIn = (root: string) => ({
  graphs: join(root, 'graphs'),
  merged: join(root, 'merged'),
  inversions: join(root, 'inversions'),
  blobs: join(root, 'blobs'),
});

/** The golden model, and a smaller one under three names: the engine cannot know that they are one. */
export function modelsIn(root: string): ModelRegistry {
  const small = { folder: join(root, 'model') };
  return new ModelRegistry({
    models: { golden: { folder: MODEL }, small, second: small, third: small },
  });
}

export interface Place {
  readonly root: string;
  readonly blobs: BlobStore;
  readonly engine: EngineSupervisor;
  /** The golden picture. */
  readonly image: BlobHash;
  close(): Promise<void>;
}

export async function makePlace(options: Partial<SupervisorOptions> = {}): Promise<Place> {
  const root = mkdtempSync(join(tmpdir(), 'palimpsest-engine-'));
  makeSmallModel(join(root, 'model'));
  const blobs = new BlobStore(foldersIn(root).blobs);
  const engine = new EngineSupervisor(modelsIn(root), {
    ...foldersIn(root),
    ...options,
  });
  return {
    root,
    blobs,
    engine,
    image: await blobs.put(readFileSync(join(GOLDEN, 'image.png'))),
    close: async () => {
      await engine.close();
      rmSync(root, { recursive: true });
    },
  };
}

export const invertRequest = (
  image: BlobHash,
  options: Partial<InversionOptions> = {},
): Extract<JobRequest, { kind: 'invert' }> => ({
  kind: 'invert',
  model: 'small',
  image,
  prompt: 'a dog on a carpet',
  options: InversionOptions.parse({ steps: 3, innerSteps: 2, attentionLoss: false, ...options }),
});

export const editRequest = (
  image: BlobHash,
  options: Partial<InversionOptions> = {},
): Extract<JobRequest, { kind: 'edit' }> => ({
  kind: 'edit',
  model: 'small',
  image,
  source: 'a dog on a carpet',
  target: 'a tiger on a carpet',
  inversion: invertRequest(image, options).options,
  edit: EditOptions.parse({}),
});
