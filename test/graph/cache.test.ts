/** Graphs on disk: read instead of built, and never stale. */

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { innerIteration } from '../../daemon/src/methods/innerIteration.ts';
import { RECIPES } from '../../daemon/src/methods/recipes.ts';
import { GRAPH_VERSION, Networks } from '../../daemon/src/models/networks.ts';
import { StableDiffusion } from '../../daemon/src/models/stableDiffusion.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';
import { MODEL } from '../golden.ts';

/** sha256 of all graphs below, of the current GRAPH_VERSION. */
const CURRENT = { version: 4, hash: '591aef143a7f3d1098c8092ac70d0d24836f5d7342fe9e255130ff9ea6649dd0' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-graphs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Loads every kind of network once. */
async function loadAll(): Promise<void> {
  const networks = new Networks(folder);
  const model = new StableDiffusion(MODEL, networks);
  await model.encodePrompt('a cat');
  await model.encodeImageTokens(tensor([1, 3, 64, 64]));
  await model.decodeLatent(await model.encodePicture(tensor([1, 3, 64, 64])));
  const latent = tensor([1, 4, 8, 8]);
  await model.unet.predictNoise({ latent, timestep: 1, keyContext: tensor([1, 77, 64]) });
  const mapping = { kind: 'scaleShift', imageTokens: 197, promptTokens: 77 } as const;
  const options = { mapping, attentionLoss: true, adam: RECIPES.official.adam };
  await model.unet.load(innerIteration(options), latent.shape);
  await networks.dispose();
}

describe('the cache of graphs', () => {
  it('holds one file for each network, and reads it the next time', async () => {
    await loadAll();
    const files = readdirSync(folder);
    expect(files).toHaveLength(6);
    // A cached graph is used as it is: an unusable one is noticed.
    writeFileSync(join(folder, files[0]!), 'not a model');
    await expect(loadAll()).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  });

  it('gets a new version when the builder emits something else', async () => {
    await loadAll();
    const graphs = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    const hashes = graphs.map((bytes) => createHash('sha256').update(bytes).digest('hex')).sort();
    const hash = createHash('sha256').update(hashes.join()).digest('hex');
    // If this fails: raise GRAPH_VERSION in networks.ts and put both numbers here.
    expect({ version: GRAPH_VERSION, hash }).toEqual(CURRENT);
  });
});
