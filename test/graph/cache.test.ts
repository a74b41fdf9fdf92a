/** Graphs on disk: read instead of built, and never stale. */

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GraphCache, unsealGraph } from '../../daemon/src/execution/graphCache.ts';
import { GRAPH_VERSION, Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { onDamage } from '../../daemon/src/files/damage.ts';
import { innerIteration } from '../../daemon/src/methods/innerIteration.ts';
import { RECIPES } from '../../daemon/src/methods/recipes.ts';
import { parameterCount } from '../../daemon/src/networks/mappingNetwork.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';
import { MODEL } from '../golden.ts';

/** sha256 of all graphs below, of the current GRAPH_VERSION. */
const CURRENT = { version: 4, hash: '8f6379222b4fbc1969c196913d543128993cca25796a7ab44d318948f2a2930b' };

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
  const shape = (...sides: number[]) => tensor(sides);
  const parameters = shape(parameterCount(mapping));
  await model.mapContext(mapping, {
    parameters,
    imageTokens: shape(1, 197, 64),
    prompt: shape(1, 77, 64),
  });
  await networks.dispose();
}

const contents = (): Record<string, Buffer> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));

function flip(bytes: Buffer, position: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped[position]! ^= 4;
  return flipped;
}

describe('the cache of graphs', () => {
  const damages: [string, (bytes: Buffer) => Buffer][] = [
    ['cut short', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['not ours', () => Buffer.from('not a model')],
    ['empty', () => Buffer.alloc(0)],
    ['changed by a bit', (bytes) => flip(bytes, Math.floor(bytes.length / 3))],
    ['zeros at the end', (bytes) => Buffer.from(bytes).fill(0, bytes.length >> 1)],
    ['of an earlier version, which had no seal', (bytes) => Buffer.from(unsealGraph(bytes)!)],
  ];

  it('holds one file for each network, reads it the next time, and builds damaged ones anew', async () => {
    await loadAll();
    const written = contents();
    expect(Object.keys(written)).toHaveLength(7);
    const inodes = () => readdirSync(folder).map((name) => statSync(join(folder, name)).ino);
    const before = inodes();
    await loadAll();
    expect(inodes()).toEqual(before);
    for (const [i, [name, bytes]] of Object.entries(written).entries())
      writeFileSync(join(folder, name), damages[i % damages.length]![1](bytes));
    await loadAll();
    expect(contents()).toEqual(written);
  });

  it.each(damages)('tells of a file that is %s', async (_, damage) => {
    const told: string[] = [];
    onDamage((sentence) => told.push(sentence));
    const cache = new GraphCache(folder);
    const graph = Buffer.from('a graph');
    expect(await cache.model('a', () => graph)).toEqual(graph);
    writeFileSync(join(folder, 'a.onnx'), damage(readFileSync(join(folder, 'a.onnx'))));
    expect(await cache.model('a', () => graph)).toEqual(graph);
    const unused = () => expect.unreachable('it was kept');
    expect(await cache.model('a', unused)).toEqual(graph);
    expect(told).toEqual([expect.stringMatching(/a\.onnx is damaged.*built anew/)]);
  });

  it('gets a new version when the builder emits something else', async () => {
    await loadAll();
    const graphs = Object.values(contents()).map((bytes) => unsealGraph(bytes)!);
    const hashes = graphs.map((bytes) => createHash('sha256').update(bytes).digest('hex')).sort();
    const hash = createHash('sha256').update(hashes.join()).digest('hex');
    // If this fails: raise GRAPH_VERSION in networks.ts and put both numbers here.
    expect({ version: GRAPH_VERSION, hash }).toEqual(CURRENT);
  });
});
