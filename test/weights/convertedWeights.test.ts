/** Weights are converted once to what is computed in, into a file that is mapped: the same numbers, less work and memory. */

import {
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { Rehearsal } from '../../daemon/src/execution/rehearsal.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { THRIFTS } from '../../daemon/src/execution/thrift.ts';
import { onDamage } from '../../daemon/src/files/damage.ts';
import { normalTensor, uniformGenerator } from '../../daemon/src/tensor/random.ts';
import type { Tensor } from '../../daemon/src/tensor/tensor.ts';
import { Checkpoint } from '../../daemon/src/weights/checkpoint.ts';
import { ConvertedWeights } from '../../daemon/src/weights/convertedWeights.ts';
import { bytesOf, readTensor } from '../../daemon/src/weights/safetensors.ts';
import { MODEL } from '../golden.ts';
import { copyModel } from '../originalLayout.ts';

const root = mkdtempSync(join(tmpdir(), 'palimpsest-converted-'));
afterAll(() => rmSync(root, { recursive: true }));
const halves = join(root, 'halves');
copyModel(MODEL, halves, 'F16');
const checkpoint = Checkpoint.open(join(halves, 'text_encoder'));

let folders = 0;
const freshFolder = () => join(root, `cache-${folders++}`);
const filesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
const facts = (folder: string) =>
  filesIn(folder).map((name) => {
    const { ino, size } = statSync(join(folder, name));
    return { name, ino, size };
  });

/** What the text encoder and the UNet give. */
async function outputs(networks: Networks): Promise<Tensor[]> {
  const model = new StableDiffusion(halves, networks);
  const latent = normalTensor([1, 4, 8, 8], uniformGenerator(3));
  const keyContext = await model.encodePrompt('a cat on a mat');
  const noise = await model.unet.predictNoise({ latent, timestep: 441, keyContext });
  await networks.dispose();
  return [keyContext, noise];
}

describe('networks of weights in half precision', () => {
  it('give the same numbers from converted weights, and write them once', async () => {
    const expected = await outputs(new Networks(null));
    const folder = freshFolder();
    expect(await outputs(new Networks(folder))).toEqual(expected);
    const written = facts(join(folder, 'weights'));
    expect(written).toHaveLength(2);
    expect(await outputs(new Networks(folder))).toEqual(expected);
    expect(facts(join(folder, 'weights'))).toEqual(written);
  });

  it('keep the weights as they are where the networks compute in it, or are to spare memory', async () => {
    const folder = freshFolder();
    await outputs(new Networks(folder, {}, 'fp16'));
    // Those of the text encoder, which stays in float32.
    expect(filesIn(join(folder, 'weights'))).toHaveLength(1);
    const other = freshFolder();
    const sparing = new Networks(other);
    sparing.thrift = THRIFTS.at(-1)!;
    await outputs(sparing);
    expect(filesIn(join(other, 'weights'))).toEqual([]);
  });

  it('need less memory of their own, which a rehearsal knows without writing', async () => {
    const own = async (folder: string | null) => {
      const [networks, rehearsal] = [new Networks(folder), new Rehearsal()];
      await networks.rehearse(rehearsal, THRIFTS[0]!, () => outputs(networks));
      return rehearsal.use;
    };
    const folder = freshFolder();
    const [cast, converted] = [await own(null), await own(folder)];
    expect(filesIn(folder)).toEqual([]);
    expect(converted.weights).toBe(2 * cast.weights);
    expect(converted.beside).toBeLessThan(cast.beside - cast.weights);
  });
});

describe('converted weights', () => {
  it('are the numbers of the stored ones', async () => {
    const { weights } = await new ConvertedWeights(freshFolder()).provide(checkpoint, 'float32');
    for (const [name, stored] of checkpoint.weights) {
      expect(weights.get(name)).toMatchObject({ dtype: 'F32', shape: stored.shape });
      expect(readTensor(weights.get(name)!)).toEqual(readTensor(stored));
    }
  });

  it('are in half precision for networks that compute in it', async () => {
    const whole = Checkpoint.open(join(MODEL, 'text_encoder'));
    const { weights } = await new ConvertedWeights(freshFolder()).provide(whole, 'float16');
    for (const [name, { dtype }] of whole.weights) {
      // Ids stay what they are.
      expect(weights.get(name)).toMatchObject({ dtype: dtype === 'F32' ? 'F16' : dtype });
      expect(readTensor(weights.get(name)!)).toEqual(readTensor(checkpoint.weights.get(name)!));
    }
  });

  it('are not made of weights in float32', async () => {
    const folder = freshFolder();
    const whole = Checkpoint.open(join(MODEL, 'text_encoder'));
    expect(await new ConvertedWeights(folder).provide(whole, 'float32')).toBe(whole);
    expect(filesIn(folder)).toEqual([]);
  });

  it('are written anew where the file was cut short', async () => {
    const folder = freshFolder();
    await new ConvertedWeights(folder).provide(checkpoint, 'float32');
    const [before] = facts(folder);
    truncateSync(join(folder, before!.name), 1000);
    await new ConvertedWeights(folder).provide(checkpoint, 'float32');
    expect(facts(folder)).toMatchObject([{ name: before!.name, size: before!.size }]);
  });

  it.each([
    [
      'a bit has flipped',
      (bytes: Buffer) => bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1),
    ],
    ['numbers were zeroed', (bytes: Buffer) => bytes.fill(0, bytes.length >> 1)],
  ])('are written anew where %s, and that is told', async (_, damage) => {
    const folder = freshFolder();
    const told: string[] = [];
    onDamage((sentence) => told.push(sentence));
    await new ConvertedWeights(folder).provide(checkpoint, 'float32');
    const path = join(folder, filesIn(folder)[0]!);
    const whole = readFileSync(path);
    const damaged = Buffer.from(whole);
    damage(damaged);
    // As another process finds it: in its own file.
    rmSync(path);
    writeFileSync(path, damaged);
    await new ConvertedWeights(folder).provide(checkpoint, 'float32');
    expect(readFileSync(path).equals(whole)).toBe(true);
    expect(told).toEqual([expect.stringContaining('written anew')]);
  });

  it('are converted anew where a few numbers of the file were written over', async () => {
    const folder = freshFolder();
    const copy = join(root, 'retrained');
    cpSync(join(halves, 'text_encoder'), copy, { recursive: true });
    const before = Checkpoint.open(copy);
    await new ConvertedWeights(folder).provide(before, 'float32');
    // The first number of the largest weight, which no sample of its content sees.
    const [name, { file, offset }] = [...before.weights].sort(([, a], [, b]) => b.length - a.length)[0]!;
    const out = openSync(file, 'r+');
    writeSync(out, bytesOf(Float32Array.of(5), 'F16'), 0, 2, offset);
    closeSync(out);
    utimesSync(file, 1000, 1000);
    const after = Checkpoint.open(copy);
    expect(after.content).toBe(before.content);
    const { weights } = await new ConvertedWeights(folder).provide(after, 'float32');
    expect(readTensor(weights.get(name)!).data[0]).toBe(5);
  });

  it('are written once when two networks ask at the same time', async () => {
    const folder = freshFolder();
    const converted = new ConvertedWeights(folder);
    const [one, other] = await Promise.all([
      converted.provide(checkpoint, 'float32'),
      converted.provide(checkpoint, 'float32'),
    ]);
    expect(one).toBe(other);
    expect(filesIn(folder)).toHaveLength(1);
  });

  it('are done without where the disk has no room', async () => {
    const folder = freshFolder();
    const cramped = new ConvertedWeights(folder, { reserve: Number.POSITIVE_INFINITY });
    expect(cramped.expect(checkpoint, 'float32')).toBe(checkpoint);
    expect(await cramped.provide(checkpoint, 'float32')).toBe(checkpoint);
    expect(filesIn(folder)).toEqual([]);
    // What lies there already takes no more of it.
    const converted = await new ConvertedWeights(folder).provide(checkpoint, 'float32');
    expect(await cramped.provide(checkpoint, 'float32')).toEqual(converted);
  });

  it('are done without where they cannot be written', async () => {
    const file = freshFolder();
    writeFileSync(file, 'not a folder');
    expect(await new ConvertedWeights(file).provide(checkpoint, 'float32')).toBe(checkpoint);
  });

  it('make room for new ones, those first that were not used for longest', async () => {
    const folder = freshFolder();
    const [vae, unet] = ['vae', 'unet'].map((component) => Checkpoint.open(join(halves, component)));
    const generous = new ConvertedWeights(folder);
    const paths: string[] = [];
    for (const [age, each] of [checkpoint, vae!].entries()) {
      const [file] = (await generous.provide(each, 'float32')).files;
      paths.push(file!.path);
      utimesSync(file!.path, 1000 + age, 1000 + age);
    }
    // Using the older one makes the other the older.
    await generous.provide(checkpoint, 'float32');
    const [unetFile] = generous.expect(unet!, 'float32').files;
    const [elsewhere] = (await new ConvertedWeights(freshFolder()).provide(unet!, 'float32')).files;
    const unetBytes = statSync(elsewhere!.path).size;
    const limit = unetBytes + statSync(paths[0]!).size;
    await new ConvertedWeights(folder, { limit }).provide(unet!, 'float32');
    expect(paths.map((path) => existsSync(path))).toEqual([true, false]);
    expect(existsSync(unetFile!.path)).toBe(true);
  });
});
