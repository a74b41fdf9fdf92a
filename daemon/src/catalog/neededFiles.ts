/** @file Which files of a repository a model needs: its configs, its tokenizer, and each network's weights once. */

import { PalimpsestError, sentence } from '@palimpsest/protocol';
import type { Precision } from '../weights/precision.ts';
import type { HubFile, HubRepository } from './hub.ts';
import { NETWORKS } from './modelFolder.ts';

const TOKENIZER = ['vocab.json', 'merges.txt', 'tokenizer_config.json', 'special_tokens_map.json'];
const CONFIGS = [
  'model_index.json',
  'scheduler/scheduler_config.json',
  'text_encoder/config.json',
  'vae/config.json',
  'unet/config.json',
  'image_encoder/config.json',
  'image_encoder/preprocessor_config.json',
  ...TOKENIZER.map((name) => `tokenizer/${name}`),
];
/** Of CLIP, whose repository is one network: its vision encoder is used, and its tokenizer. */
const CLIP_CONFIGS = ['config.json', 'preprocessor_config.json', ...TOKENIZER];

/** Ends of weights' names, whole or in parts with their index, as all versions of diffusers write them. */
const PART = String.raw`-\d+-of-\d+`;
const FULL_ENDS = [String.raw`(${PART})?\.safetensors(\.index\.json)?`];
const HALF_ENDS = [
  String.raw`\.fp16(${PART})?\.safetensors(\.index\.json)?`,
  String.raw`${PART}\.fp16\.safetensors`,
  String.raw`\.safetensors(\.index\.fp16|\.fp16\.index)\.json`,
];
const weightNames = (ends: readonly string[]) =>
  new RegExp(`^(diffusion_pytorch_model|model)(${ends.join('|')})$`);
const WEIGHTS: Readonly<Record<Precision, RegExp>> = {
  fp32: weightNames(FULL_ENDS),
  fp16: weightNames(HALF_ENDS),
};

/** The licence's text and the model's card, which belong to what is kept. */
const PAPERS = /^(LICENSE|LICENCE|README)(\.\w+)?$/i;

/** What tells whether the rest is worth downloading. */
const TELLING = [
  'model_index.json',
  'config.json',
  'scheduler/scheduler_config.json',
  ...NETWORKS.map((name) => `${name}/config.json`),
];
export const telling = (files: readonly HubFile[]): HubFile[] =>
  files.filter(({ path }) => TELLING.includes(path));

/** @throws {PalimpsestError} MODEL_FOLDER_INVALID when the repository holds no model that can be used. */
export function neededFiles({ name, files }: HubRepository, precision: Precision): HubFile[] {
  const paths = new Set(files.map(({ path }) => path));
  const isClip =
    !paths.has('model_index.json') &&
    paths.has('config.json') &&
    (paths.has('vocab.json') || paths.has('tokenizer.json'));
  if (!isClip && !paths.has('unet/config.json')) {
    throw new PalimpsestError(
      'MODEL_FOLDER_INVALID',
      sentence`${{ name }} is not in the diffusers layout (it has no unet/config.json). Download a .safetensors file of it yourself and name it with --model.`,
    );
  }
  const folder = isClip ? '' : 'tokenizer/';
  const isSlow = paths.has(`${folder}vocab.json`) && paths.has(`${folder}merges.txt`);
  // All of it in one file, which is of no use beside the two.
  const configs = [...(isClip ? CLIP_CONFIGS : CONFIGS), ...(isSlow ? [] : [`${folder}tokenizer.json`])];
  const networks = isClip
    ? ['']
    : [...NETWORKS, ...(paths.has('image_encoder/config.json') ? ['image_encoder'] : [])];
  const weights = networks.flatMap((network) => weightsOf(name, files, network, precision));
  return [...files.filter(({ path }) => configs.includes(path) || PAPERS.test(path)), ...weights];
}

/** The weights in the precision that was asked for, or the one there is. */
function weightsOf(name: string, files: readonly HubFile[], network: string, wanted: Precision): HubFile[] {
  const prefix = network === '' ? '' : `${network}/`;
  const own = files.filter(({ path }) => path.startsWith(prefix));
  const other = wanted === 'fp32' ? 'fp16' : 'fp32';
  for (const precision of [wanted, other] as const) {
    const found = own.filter(({ path }) => WEIGHTS[precision].test(path.slice(prefix.length)));
    if (found.length > 0) return found;
  }
  throw new PalimpsestError(
    'MODEL_FOLDER_INVALID',
    sentence`${{ name }} has no .safetensors weights${{ part: network === '' ? '' : sentence` for ${{ network }}` }}. Pickles (.bin, .ckpt) can run any program when they are opened, so Palimpsest does not use them.`,
  );
}
