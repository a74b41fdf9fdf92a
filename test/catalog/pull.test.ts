/** Downloads from a stand-in of the hub: only what is needed, checked, resumed, and never half there. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Hub } from '../../daemon/src/catalog/hub.ts';
import { neededFiles } from '../../daemon/src/catalog/neededFiles.ts';
import { pullModel } from '../../daemon/src/catalog/pull.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { MODEL } from '../golden.ts';
import { type HubStandIn, REVISION, startHub } from './hubStandIn.ts';

const NAME = 'someone/tiny';
const UNET = 'unet/diffusion_pytorch_model.safetensors';
const UNNEEDED = [
  'tiny.ckpt',
  'unet/diffusion_pytorch_model.bin',
  'unet/diffusion_pytorch_model.non_ema.safetensors',
  'safety_checker/model.safetensors',
  '../escape.txt',
];

const content = new Map<string, Buffer>([
  ...readdirSync(MODEL, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(MODEL, name)).isFile())
    .map((name) => [name, readFileSync(join(MODEL, name))] as const),
  ...UNNEEDED.map((name) => [name, Buffer.from('not needed')] as const),
  ['README.md', Buffer.from('card')],
]);

let hub: HubStandIn;
let folder: string;
beforeAll(async () => {
  hub = await startHub(NAME, content, /safetensors$/);
});
afterAll(() => hub.close());
beforeEach(() => {
  hub.fault = {};
  hub.requests.length = 0;
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-pull-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const pull = (token?: string) => pullModel(new Hub({ endpoint: hub.endpoint, token }), folder, NAME, 'fp32');
/** What a person sees of the folder. */
const visible = () => readdirSync(folder).filter((name) => !name.startsWith('.'));

describe('a download', () => {
  it('brings a model that works, and only the files that it needs', async () => {
    const progress: number[] = [];
    const path = await pullModel(new Hub({ endpoint: hub.endpoint }), folder, NAME, 'fp32', {
      onProgress: (done, total) => progress.push(done / total),
    });
    expect(path).toBe(join(folder, 'tiny'));
    expect(visible()).toEqual(['tiny']);
    for (const name of UNNEEDED) expect(existsSync(join(path, name))).toBe(false);
    expect(readFileSync(join(path, UNET)).equals(content.get(UNET)!)).toBe(true);
    expect(existsSync(join(path, 'text_encoder/model.fp16.safetensors'))).toBe(false);
    expect(JSON.parse(readFileSync(join(path, 'palimpsest.json'), 'utf8'))).toEqual({
      repository: NAME,
      revision: REVISION,
      precision: 'fp32',
      licence: 'openrail',
    });
    expect(progress.at(-1)).toBe(1);
    expect(new StableDiffusion(path, new Networks(null)).name).toBe('tiny');
    // A second time there is nothing to do, and nobody is asked.
    hub.requests.length = 0;
    expect(await pull()).toBe(path);
    expect(hub.requests).toEqual([]);
  });

  it('does not take what is there for what was asked for', async () => {
    const path = await pull();
    const ask = (name: string, precision: 'fp32' | 'fp16') =>
      pullModel(new Hub({ endpoint: hub.endpoint }), folder, name, precision);
    const refused = (there: string, wanted: string) => ({
      code: 'WRITE_FAILED',
      message: `${path} ${there} already. Rename or remove that folder to download ${wanted}.`,
    });
    await expect(ask('other/tiny', 'fp32')).rejects.toMatchObject(
      refused(`holds ${NAME}`, 'other/tiny in fp32'),
    );
    await expect(ask(NAME, 'fp16')).rejects.toMatchObject(
      refused(`holds ${NAME} in fp32`, `${NAME} in fp16`),
    );
    // As earlier versions wrote it.
    writeFileSync(join(path, 'palimpsest.json'), JSON.stringify({ repository: NAME }));
    expect(await ask(NAME, 'fp16')).toBe(path);
    rmSync(join(path, 'palimpsest.json'));
    await expect(pull()).rejects.toMatchObject(refused('is there', `${NAME} in fp32`));
  });

  it('that was cut off begins anew in another precision, and leaves nothing of the first', async () => {
    hub.fault = { cut: { path: UNET, after: 100_000 } };
    await expect(pull()).rejects.toThrow();
    hub.fault = {};
    const path = await pullModel(new Hub({ endpoint: hub.endpoint }), folder, NAME, 'fp16');
    const weights = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /safetensors/.test(name),
    );
    // The model has only its text encoder in half precision.
    expect(weights.filter((name) => name.startsWith('text_encoder'))).toEqual([
      'text_encoder/model.fp16.safetensors',
    ]);
    expect(weights).toHaveLength(new Set(weights.map((name) => name.split('/')[0])).size);
  });

  it('goes on with what another version began, without files that are not needed', async () => {
    hub.fault = { cut: { path: UNET, after: 100_000 } };
    await expect(pull()).rejects.toThrow();
    hub.fault = {};
    const stray = join(folder, '.tiny.partial/unet/stray.safetensors.part');
    writeFileSync(stray, 'x');
    expect(readdirSync(join(await pull(), 'unet'))).not.toContain('stray.safetensors.part');
  });

  it('goes on where the connection was cut', async () => {
    hub.fault = { cut: { path: UNET, after: 100_000 } };
    await expect(pull()).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('goes on where it stopped'),
    });
    expect(visible()).toEqual([]);
    hub.fault = {};
    hub.requests.length = 0;
    const path = await pull();
    expect(readFileSync(join(path, UNET)).equals(content.get(UNET)!)).toBe(true);
    const files = hub.requests.filter((request) => request.includes('/resolve/'));
    expect(files.find((request) => request.includes(UNET))).toMatch(/ bytes=100000-$/);
    // What was whole before the cut is not asked for again.
    expect(files.filter((request) => request.includes('model_index.json'))).toEqual([]);
  });

  it('begins anew where the hub does not know ranges', async () => {
    hub.fault = { cut: { path: UNET, after: 100_000 } };
    await expect(pull()).rejects.toThrow();
    hub.fault = { noRanges: true };
    expect(readFileSync(join(await pull(), UNET)).equals(content.get(UNET)!)).toBe(true);
  });

  it.each([UNET, 'unet/config.json'])('refuses content with the wrong hash: %s', async (wrong) => {
    hub.fault = { wrong };
    await expect(pull()).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('its hash differs'),
    });
    expect(visible()).toEqual([]);
    hub.fault = {};
    expect(readFileSync(join(await pull(), wrong)).equals(content.get(wrong)!)).toBe(true);
  });

  it('needs the token of somebody who has agreed to the terms', async () => {
    hub.fault = { token: 'secret' };
    await expect(pull()).rejects.toMatchObject({
      code: 'MODEL_GATED',
      message: expect.stringContaining('set HF_TOKEN'),
    });
    await expect(pull('other')).rejects.toMatchObject({
      code: 'MODEL_GATED',
      message: expect.stringMatching(/^The token in HF_TOKEN may not/),
    });
    expect(await pull('secret')).toBe(join(folder, 'tiny'));
  });

  it('is refused before it starts where the disk has no room', async () => {
    const freeBytes = () => 1_000_000;
    await expect(
      pullModel(new Hub({ endpoint: hub.endpoint }), folder, NAME, 'fp32', { freeBytes }),
    ).rejects.toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining('PALIMPSEST_DATA') });
    const files = hub.requests.filter((request) => request.includes('/resolve/'));
    expect(files.filter((request) => !request.endsWith('.json'))).toEqual([]);
    expect(visible()).toEqual([]);
  });

  it.each([
    ['unet/config.json', { in_channels: 9 }, 'inpainting'],
    ['unet/config.json', { addition_embed_type: 'text_time' }, 'addition_embed_type'],
    ['scheduler/scheduler_config.json', { prediction_type: 'sample' }, 'prediction_type'],
  ])('of a model that cannot be used ends with its configs: %s with %j', async (path, change, reason) => {
    const other = Buffer.from(JSON.stringify({ ...JSON.parse(content.get(path)!.toString()), ...change }));
    const unfit = await startHub(NAME, new Map([...content, [path, other]]), /safetensors$/);
    try {
      await expect(
        pullModel(new Hub({ endpoint: unfit.endpoint }), folder, NAME, 'fp32'),
      ).rejects.toMatchObject({
        code: 'CONFIG_UNSUPPORTED',
        message: expect.stringMatching(new RegExp(`^${NAME} was not downloaded.*${NAME}/${path}.*${reason}`)),
      });
      expect(unfit.requests.filter((request) => request.includes('safetensors'))).toEqual([]);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      await unfit.close();
    }
  });

  it('is cancelled between two pieces', async () => {
    const controller = new AbortController();
    const stopped = new Error('stopped');
    await expect(
      pullModel(new Hub({ endpoint: hub.endpoint, signal: controller.signal }), folder, NAME, 'fp32', {
        onProgress: () => controller.abort(stopped),
      }),
    ).rejects.toThrow();
    expect(visible()).toEqual([]);
  });

  it('of a name that nobody has, or of none, is refused', async () => {
    const options = { endpoint: hub.endpoint };
    await expect(pullModel(new Hub(options), folder, 'someone/else', 'fp32')).rejects.toMatchObject({
      code: 'MODEL_UNKNOWN',
    });
    await expect(pullModel(new Hub(options), folder, 'sd-9', 'fp32')).rejects.toMatchObject({
      code: 'MODEL_UNKNOWN',
      message: expect.stringContaining('sd-1.5'),
    });
    const nobody = new Hub({ endpoint: 'http://127.0.0.1:1' });
    await expect(pullModel(nobody, folder, NAME, 'fp32')).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });
});

describe('the files that a model needs', () => {
  const repository = (...paths: string[]) => ({
    name: NAME,
    revision: REVISION,
    licence: null,
    files: paths.map((path) => ({ path, size: 1, digest: { kind: 'git', hex: '' } as const })),
  });
  const base = ['model_index.json', 'unet/config.json', 'vae/config.json', 'text_encoder/config.json'];
  const weights = (suffix: string) => [
    `text_encoder/model${suffix}`,
    `vae/diffusion_pytorch_model${suffix}`,
    `unet/diffusion_pytorch_model${suffix}`,
  ];
  const chosen = (precision: 'fp32' | 'fp16', ...paths: string[]) =>
    neededFiles(repository(...paths), precision)
      .map(({ path }) => path)
      .filter((path) => path.includes('safetensors'));

  it('are in the precision that was asked for, or the one there is', () => {
    const [full, half] = [weights('.safetensors'), weights('.fp16.safetensors')];
    expect(chosen('fp32', ...base, ...full, ...half)).toEqual(full);
    expect(chosen('fp16', ...base, ...full, ...half)).toEqual(half);
    expect(chosen('fp16', ...base, ...full)).toEqual(full);
  });

  it('may come in parts', () => {
    const parts = [
      'unet/diffusion_pytorch_model.safetensors.index.json',
      'unet/diffusion_pytorch_model-00001-of-00002.safetensors',
    ];
    expect(chosen('fp32', ...base, ...weights('.safetensors').slice(0, 2), ...parts)).toEqual(
      expect.arrayContaining(parts),
    );
  });

  it.each([
    ['model.safetensors.index.fp16.json', 'model.fp16-00001-of-00002.safetensors'],
    ['model.safetensors.fp16.index.json', 'model-00001-of-00002.fp16.safetensors'],
    ['model.fp16.safetensors.index.json', 'model.fp16-00001-of-00002.safetensors'],
  ])('may come in parts of half precision, with the index %s', (...names) => {
    const [text, ...others] = weights('.safetensors');
    const parts = names.map((name) => `text_encoder/${name}`);
    expect(chosen('fp16', ...base, text!, ...others, ...parts)).toEqual([...parts, ...others]);
    expect(chosen('fp32', ...base, text!, ...others, ...parts)).toEqual([text, ...others]);
  });

  it('are a tokenizer in two files, or in one where there are not both', () => {
    const tokenizer = (...names: string[]) => {
      const paths = names.map((name) => `tokenizer/${name}`);
      return neededFiles(repository(...base, ...weights('.safetensors'), ...paths), 'fp32')
        .map(({ path }) => path)
        .filter((path) => path.startsWith('tokenizer/'));
    };
    expect(tokenizer('vocab.json', 'merges.txt', 'tokenizer.json')).toHaveLength(2);
    expect(tokenizer('tokenizer.json')).toEqual(['tokenizer/tokenizer.json']);
  });

  it('are no pickles, and no layout of others', () => {
    expect(() => chosen('fp32', ...base, ...weights('.bin'))).toThrow(
      expect.objectContaining({
        code: 'MODEL_FOLDER_INVALID',
        message: expect.stringContaining('can run any program'),
      }),
    );
    expect(() => chosen('fp32', 'v1-5-pruned.safetensors')).toThrow(/not in the diffusers layout/);
  });

  it('are the encoder and the tokenizer of CLIP', () => {
    const clip = ['config.json', 'vocab.json', 'merges.txt', 'model.safetensors', 'pytorch_model.bin'];
    expect(neededFiles(repository(...clip), 'fp32').map(({ path }) => path)).toEqual(clip.slice(0, 4));
  });
});
