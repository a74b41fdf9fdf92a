/** LoRA files, by the keys of both worlds, give what adding them to the weights by hand gives. */

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LoadedModels } from '../../daemon/src/engine/loadedModels.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { openModels } from '../../daemon/src/server/openModels.ts';
import { normalTensor, uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { Checkpoint } from '../../daemon/src/weights/checkpoint.ts';
import { withLoras } from '../../daemon/src/weights/lora.ts';
import type { WeightsRoom } from '../../daemon/src/weights/plannedWeights.ts';
import { bytesOf, encodePreamble, readHeader, readTensor } from '../../daemon/src/weights/safetensors.ts';
import { MODEL, relativeError } from '../golden.ts';
import { weightsOf, writeWeights } from '../originalLayout.ts';

const root = mkdtempSync(join(tmpdir(), 'palimpsest-lora-'));
const merged = join(root, 'merged');
afterAll(() => rmSync(root, { recursive: true }));
/** Each model has networks of its own: they are kept by layout, which models of one kind share. */
const networks = () => new Networks(null);

const [RANK, ALPHA, STRENGTH] = [4, 2, 0.8];
const LAYER = 'down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k';
const CONV = 'mid_block.resnets.0.conv1';
const TEXT = 'text_model.encoder.layers.0.self_attn.q_proj';
const uniform = uniformGenerator(11);

const unet = weightsOf(MODEL, 'unet');
const text = weightsOf(MODEL, 'text_encoder');
const matrices = (weight: Tensor) => {
  const [out = 0, ...rest] = weight.shape;
  return {
    down: normalTensor([RANK, ...rest], uniform),
    up: normalTensor([out, RANK, ...rest.slice(1).map(() => 1)], uniform),
  };
};
const changes: Readonly<Record<string, ReturnType<typeof matrices>>> = {
  [LAYER]: matrices(unet.get(`${LAYER}.weight`)!),
  [CONV]: matrices(unet.get(`${CONV}.weight`)!),
  [TEXT]: matrices(text.get(`${TEXT}.weight`)!),
};

function write(name: string, key: (layer: string) => readonly [string, string, string | null]): string {
  const tensors = new Map<string, Tensor>();
  for (const [layer, { down, up }] of Object.entries(changes)) {
    const [downKey, upKey, alphaKey] = key(layer);
    tensors.set(downKey, down);
    tensors.set(upKey, up);
    if (alphaKey !== null) tensors.set(alphaKey, tensor([], [ALPHA]));
  }
  const path = join(root, name);
  writeWeights(path, tensors, 'F32');
  return path;
}

const isText = (layer: string) => layer === TEXT;
const kohya = write('kohya.safetensors', (layer) => {
  const module = `${isText(layer) ? 'lora_te_' : 'lora_unet_'}${layer.replaceAll('.', '_')}`;
  return [`${module}.lora_down.weight`, `${module}.lora_up.weight`, `${module}.alpha`];
});
const diffusers = write('diffusers.safetensors', (layer) => {
  const module = `${isText(layer) ? 'text_encoder' : 'unet'}.${layer}`;
  return [`${module}.lora_A.weight`, `${module}.lora_B.weight`, null];
});

/** The model with the changes added by hand. */
function byHand(scale: number): StableDiffusion {
  const folder = join(root, `hand-${scale}`);
  cpSync(MODEL, folder, { recursive: true });
  const added = (weights: Map<string, Tensor>) =>
    new Map(
      [...weights].map(([name, weight]) => {
        const change = changes[name.replace(/\.weight$/, '')];
        if (change === undefined) return [name, weight];
        const columns = weight.data.length / weight.shape[0]!;
        const data = weight.data.map((value, i) => {
          const [row, column] = [Math.floor(i / columns), i % columns];
          let sum = 0;
          for (let r = 0; r < RANK; r++)
            sum += change.up.data[row * RANK + r]! * change.down.data[r * columns + column]!;
          return value + scale * sum;
        });
        return [name, tensor(weight.shape, data)];
      }),
    );
  writeWeights(join(folder, 'unet/diffusion_pytorch_model.safetensors'), added(unet), 'F32');
  writeWeights(join(folder, 'text_encoder/model.safetensors'), added(text), 'F32');
  return new StableDiffusion(folder, networks());
}

const withLora = (file: string, strength = STRENGTH) =>
  new StableDiffusion(MODEL, networks(), { loras: { choices: [{ file, strength }], folder: merged } });

async function noise(model: StableDiffusion): Promise<Tensor> {
  const keyContext = await model.encodePrompt('a cat on a mat');
  return model.unet.predictNoise({
    latent: normalTensor([1, 4, 8, 8], uniformGenerator(3)),
    timestep: 441,
    keyContext,
  });
}

describe('a LoRA', () => {
  it('by the keys of kohya adds strength * alpha / rank * up * down', async () => {
    const expected = await noise(byHand((STRENGTH * ALPHA) / RANK));
    const changed = withLora(kohya);
    expect(relativeError(await noise(changed), expected)).toBeLessThan(1e-5);
    expect(relativeError(expected, await noise(new StableDiffusion(MODEL, networks())))).toBeGreaterThan(
      1e-3,
    );
    // What was merged is part of what an inversion belongs to, and is written once.
    expect(changed.fingerprint).not.toBe(new StableDiffusion(MODEL, networks()).fingerprint);
    expect(readdirSync(merged)).toHaveLength(2);
    expect(withLora(kohya).fingerprint).toBe(changed.fingerprint);
    expect(readdirSync(merged)).toHaveLength(2);
  });

  it('by the keys of diffusers has an alpha equal to its rank, unless it says another', async () => {
    expect(relativeError(await noise(withLora(diffusers)), await noise(byHand(STRENGTH)))).toBeLessThan(1e-5);
  });

  const weightsWith = (file: string) => {
    const { unet, text_encoder } = withLora(file).checkpoints;
    return Object.keys(changes).map((layer) =>
      readTensor((isText(layer) ? text_encoder : unet)!.weights.get(`${layer}.weight`)!),
    );
  };
  const withPrefixes = (unetPrefix: string, textPrefix: string, down: string, up: string) =>
    write('spelled.safetensors', (layer) => {
      const module = (isText(layer) ? textPrefix : unetPrefix) + layer;
      return [`${module}.${down}.weight`, `${module}.${up}.weight`, null];
    });

  it.each([
    ['PEFT', 'base_model.model.', 'base_model.model.', 'lora_A', 'lora_B'],
    ['one network alone', '', '', 'lora_A', 'lora_B'],
    [
      'diffusers with linear layers',
      'unet.',
      'text_encoder.',
      'lora_linear_layer.down',
      'lora_linear_layer.up',
    ],
    ['diffusers before PEFT', 'unet.', 'text_encoder.', 'lora.down', 'lora.up'],
  ])('by the keys of %s is the same', (_, ...spelling) => {
    expect(weightsWith(withPrefixes(...spelling))).toEqual(weightsWith(diffusers));
  });

  it('by the keys of the first diffusers, with the processors of attentions, is the same', () => {
    const names: Readonly<Record<string, string>> = {
      [LAYER]: LAYER.replace('to_k', 'processor.to_k'),
      [TEXT]: TEXT.replace('q_proj', 'to_q'),
    };
    const file = write('processors.safetensors', (layer) => {
      const module = names[layer] ?? layer;
      const end = names[layer] === undefined ? '.lora' : '_lora';
      const prefix = isText(layer) ? 'text_encoder.' : '';
      return [`${prefix}${module}${end}.down.weight`, `${prefix}${module}${end}.up.weight`, null];
    });
    expect(weightsWith(file)).toEqual(weightsWith(diffusers));
  });

  it('in bfloat16 is merged as the numbers that it holds', () => {
    // Numbers of few digits are the same in both.
    const matrix = (shape: number[]) =>
      tensor(
        shape,
        tensor(shape).data.map((_, i) => (i % 7) / 4 - 0.75),
      );
    const { down, up } = changes[LAYER]!;
    const tensors = new Map([
      [`unet.${LAYER}.lora_A.weight`, matrix([...down.shape])],
      [`unet.${LAYER}.lora_B.weight`, matrix([...up.shape])],
    ]);
    const [whole, brief] = [join(root, 'whole.safetensors'), join(root, 'brief.safetensors')];
    writeWeights(whole, tensors, 'F32');
    const entries = new Map(
      [...tensors].map(([name, { shape }]) => [name, { shape, dtype: 'BF16' as const }]),
    );
    const upperHalves = [...tensors.values()].map(({ data }) => {
      const halves = new Uint16Array(bytesOf(data, 'F32').slice().buffer).filter((_, i) => i % 2 === 1);
      return new Uint8Array(halves.buffer);
    });
    writeFileSync(brief, Buffer.concat([encodePreamble(entries), ...upperHalves]));
    expect(weightsWith(brief)).toEqual(weightsWith(whole));
  });

  it('that does not fit is refused with the reason', () => {
    const broken = (name: string, key: string, shape: number[]) => {
      const path = join(root, name);
      writeWeights(path, new Map([[key, tensor(shape)]]), 'F32');
      return () => withLora(path);
    };
    const refusal = (reason: RegExp) =>
      expect.objectContaining({ code: 'WEIGHT_INVALID', message: expect.stringMatching(reason) });
    expect(broken('other.safetensors', 'lora_unet_nowhere.lora_down.weight', [4, 4])).toThrow(
      refusal(/another kind of model/),
    );
    expect(broken('hada.safetensors', 'lora_unet_x.hada_w1_a', [4, 4])).toThrow(refusal(/another kind than/));
    expect(broken('none.safetensors', 'x', [4])).toThrow(refusal(/x is no part of a LoRA/));
    expect(broken('half.safetensors', `unet.${LAYER}.lora_A.weight`, [4, 4])).toThrow(refusal(/only one of/));
  });

  it.each([
    ['diffusion_model.input_blocks.1.1.proj_in.lora_down.weight', /as ComfyUI writes them/],
    ['transformer.single_blocks.0.attn.to_q.lora_A.weight', /Flux/],
    ['lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight', /Flux/],
    ['lora_te1_text_model_encoder_layers_0_mlp_fc1.lora_down.weight', /Stable Diffusion XL/],
    [`unet.${LAYER}.lora_magnitude_vector`, /another kind than/],
    ['bundle_emb.dog.string_to_param.*', /no part of a LoRA/],
    ['prior.layers.0.to_q.lora_A.weight', /belongs to no network/],
  ])('is refused rather than merged without %s', (key, reason) => {
    const path = join(root, 'more.safetensors');
    const known = [...readHeader(diffusers).tensors].map(
      ([name, stored]) => [name, readTensor(stored)] as const,
    );
    writeWeights(path, new Map([...known, [key, tensor([4, 4])]]), 'F32');
    expect(() => withLora(path)).toThrow(
      expect.objectContaining({ code: 'WEIGHT_INVALID', message: expect.stringMatching(reason) }),
    );
  });

  it('whose matrices do not fit is refused before anything is written', () => {
    const path = join(root, 'large.safetensors');
    const module = `unet.${LAYER}`;
    const [down, up] = [tensor([4, 3]), tensor([3, 4])];
    writeWeights(
      path,
      new Map([
        [`${module}.lora_A.weight`, down],
        [`${module}.lora_B.weight`, up],
      ]),
      'F32',
    );
    const before = readdirSync(merged);
    expect(() => withLora(path)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/does not fit/) }),
    );
    expect(readdirSync(merged)).toEqual(before);
  });
});

describe('merged weights', () => {
  const choices = [{ file: kohya, strength: STRENGTH }];
  let folders = 0;
  const freshFolder = () => {
    const folder = join(root, `merged-${folders++}`);
    mkdirSync(folder);
    return folder;
  };
  const unetOf = (folder: string, room?: WeightsRoom) =>
    withLoras(Checkpoint.open(join(MODEL, 'unet')), 'unet', choices, folder, room);
  const layerOf = (checkpoint: Checkpoint) => readTensor(checkpoint.weights.get(`${LAYER}.weight`)!);
  const before = layerOf(unetOf(freshFolder()));

  it('are written anew where the file was cut short', () => {
    const folder = freshFolder();
    unetOf(folder);
    const [name] = readdirSync(folder);
    truncateSync(join(folder, name!), 1000);
    expect(layerOf(unetOf(folder))).toEqual(before);
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('leave nothing behind when they cannot be written', () => {
    const folder = freshFolder();
    const copy = join(root, 'vanishing');
    cpSync(join(MODEL, 'unet'), copy, { recursive: true });
    const checkpoint = Checkpoint.open(copy);
    // Its layout is known, and its numbers are gone in the middle of the work.
    const path = join(copy, 'diffusion_pytorch_model.safetensors');
    truncateSync(path, checkpoint.weights.get(`${CONV}.weight`)!.offset + 8);
    expect(() => withLoras(checkpoint, 'unet', choices, folder)).toThrow();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('make room for new ones, those first that were not used for longest', () => {
    const folder = freshFolder();
    const unetBytes = statSync(
      withLoras(Checkpoint.open(join(MODEL, 'unet')), 'unet', choices, merged).files.at(-1)!.path,
    ).size;
    const old = [1, 2, 3].map((age) => join(folder, `${age}.safetensors`));
    for (const [age, path] of old.entries()) {
      writeFileSync(path, new Uint8Array(100_000));
      utimesSync(path, 1000 + age, 1000 + age);
    }
    unetOf(folder, { reserve: 0, limit: unetBytes + 250_000 });
    expect(old.map((path) => existsSync(path))).toEqual([false, true, true]);
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it('take the place of older ones on a disk that is nearly full, and of what killed processes left', () => {
    const folder = freshFolder();
    const [old, leftover] = ['old.safetensors', 'x-unet.safetensors.123.tmp'].map((name) =>
      join(folder, name),
    );
    for (const path of [old!, leftover!]) {
      writeFileSync(path, 'old');
      utimesSync(path, 1000, 1000);
    }
    unetOf(folder, { reserve: Number.POSITIVE_INFINITY, limit: 20e9 });
    expect(readdirSync(folder)).toHaveLength(1);
    expect(existsSync(old!) || existsSync(leftover!)).toBe(false);
  });

  it('are merged anew where the LoRA was trained on, and converted once however often they are used', async () => {
    const folder = freshFolder();
    const copy = join(root, 'trained.safetensors');
    cpSync(kohya, copy);
    const open = () =>
      withLoras(Checkpoint.open(join(MODEL, 'unet')), 'unet', [{ file: copy, strength: 1 }], folder);
    const states = [open().state, open().state];
    expect(states[1]).toBe(states[0]);
    expect(readdirSync(folder)).toHaveLength(1);
    utimesSync(copy, 1000, 1000);
    expect(open().state).not.toBe(states[0]);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('are merged again where they had to make room while their model is open', async () => {
    const folder = freshFolder();
    const model = new StableDiffusion(MODEL, networks(), { loras: { choices, folder } });
    const { fingerprint } = model;
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    expect(await noise(model)).toEqual(await noise(withLora(kohya)));
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    expect(model.fingerprint).toBe(fingerprint);
  });

  it('are merged again where numbers were lost', async () => {
    const folder = freshFolder();
    const open = () => new StableDiffusion(MODEL, networks(), { loras: { choices, folder } });
    open();
    const kept = readdirSync(folder).map(
      (name) => [join(folder, name), readFileSync(join(folder, name))] as const,
    );
    for (const [path, bytes] of kept) {
      rmSync(path);
      writeFileSync(path, Buffer.from(bytes).fill(0, bytes.length >> 1));
    }
    open();
    for (const [path, bytes] of kept) expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});

describe('a model that the configuration names', () => {
  const loras = [{ file: kohya, strength: STRENGTH }];
  const configured = (choice: { model: string; loras: string[] }) =>
    openModels({ models: [MODEL], named: { watercolor: { ...choice } } });

  it('is listed, and opened with its LoRAs', async () => {
    const registry = configured({ model: 'modelA', loras: [`${kohya}:${STRENGTH}`] });
    const place = registry.find('watercolor');
    expect(place).toEqual({ folder: MODEL, loras });
    // A command with --lora finds it too.
    expect(registry.nameOf(MODEL, loras)).toBe('watercolor');
    expect(registry.nameOf(MODEL)).toBe('modelA');
    expect(registry.nameOf(MODEL, [{ file: kohya, strength: 1 }])).toBeNull();

    const settings = { graphs: join(root, 'graphs'), merged, session: {}, precision: 'fp32' as const };
    const models = new LoadedModels({ ...settings, maxModels: 1, maxModelBytes: 1e9 });
    const { model } = await models.use({ name: 'watercolor', ...place });
    expect(model.fingerprint).toBe(withLora(kohya).fingerprint);
    const plain = await models.use({ name: 'watercolor', folder: MODEL });
    expect(plain.model.fingerprint).not.toBe(model.fingerprint);
  });

  it('is refused by its name when its model is not there, or a strength is none', () => {
    const refusal = (reason: RegExp) =>
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(reason) });
    expect(() => configured({ model: 'nothing', loras: [] })).toThrow(refusal(/named\.watercolor.*nothing/));
    const loras = ['x.safetensors:1.2.3'];
    expect(() => configured({ model: 'modelA', loras })).toThrow(refusal(/named\.watercolor.*1\.2\.3/));
  });
});
