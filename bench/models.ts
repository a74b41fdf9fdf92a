/** @file The models that are timed. */

import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureRandomUNet, type Precision } from './randomModel.ts';

/** A folder with a UNet, and the latent that it is timed on. */
export interface BenchModel {
  readonly name: string;
  readonly folder: string;
  /** Side of the square latent. */
  readonly latentSide: number;
}

/** Random models are made here once and kept; the whole folder can be deleted at any time. */
export const CACHE_FOLDER = join(tmpdir(), 'palimpsest-bench');

const SD1_BLOCKS = {
  down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
  attention_head_dim: 8,
};

/** The config of Stable Diffusion 1.5's UNet. */
export const FULL_UNET = {
  ...SD1_BLOCKS,
  block_out_channels: [320, 640, 1280, 1280],
  cross_attention_dim: 768,
  sample_size: 64,
};

/** The golden model: 1.4 M parameters, 128 x 128 pixels. */
export const goldenModel = (): BenchModel => ({
  name: 'golden',
  folder: join(import.meta.dirname, '../test/golden/modelA'),
  latentSide: 16,
});

/** Between the two: 34 M parameters, 256 x 256 pixels. */
export const midModel = (): BenchModel =>
  random('mid', 32, { block_out_channels: [64, 128, 256, 256], cross_attention_dim: 128 });

/** Stable Diffusion 1.5's full size: 860 M parameters, 512 x 512 pixels. */
export const fullModel = (precision: Precision = 'F32'): BenchModel =>
  random(precision === 'F32' ? 'full' : 'full-fp16', FULL_UNET.sample_size, FULL_UNET, precision);

function random(
  name: string,
  latentSide: number,
  config: Readonly<Record<string, unknown>>,
  precision: Precision = 'F32',
): BenchModel {
  const folder = join(CACHE_FOLDER, name);
  if (!existsSync(join(folder, 'unet'))) process.stderr.write(`Writing random weights to ${folder} ...\n`);
  ensureRandomUNet(folder, { ...SD1_BLOCKS, ...config, sample_size: latentSide }, precision);
  return { name, folder, latentSide };
}
