/** A model that loads in a moment, for tests that load it again and again: the golden one with a UNet of two levels. */

import { cpSync } from 'node:fs';
import { ensureRandomUNet } from '../../bench/randomModel.ts';
import { MODEL } from '../golden.ts';

/**
 * Makes the model in a new folder. With two levels its attention loss has to be off: there is none at a quarter of the
 * latent.
 */
export function makeSmallModel(
  folder: string,
  levels: readonly string[] = ['CrossAttnDownBlock2D', 'DownBlock2D'],
): void {
  cpSync(MODEL, folder, { recursive: true, filter: (path) => !path.endsWith('/unet') });
  const config = {
    sample_size: 16,
    block_out_channels: levels.map((_, i) => (i === 0 ? 16 : 32)),
    down_block_types: levels,
    up_block_types: [...levels].reverse().map((level) => level.replace('Down', 'Up')),
    layers_per_block: 1,
    attention_head_dim: 4,
    norm_num_groups: 8,
    cross_attention_dim: 64,
  };
  ensureRandomUNet(folder, config, 'F32');
}
