/**
 * @file A VAE that replaces a model's own: a folder in the diffusers layout, or a .safetensors file in that or the
 * original layout. As in other programs, a VAE beside a checkpoint with the checkpoint's name belongs to it.
 */

import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PalimpsestError, place, sentence } from '@palimpsest/protocol';
import { z } from 'zod';
import { faultSentence } from '../files/fileFault.ts';
import { namesIn } from '../files/namesIn.ts';
import { AutoencoderConfig, parseConfig, readConfig } from '../networks/config.ts';
import { Checkpoint, openWeights, PICKLED, refusedPickle, SAFETENSORS } from '../weights/checkpoint.ts';
import { vaeConfig } from '../weights/originalConfig.ts';
import { below, VAE, vaeNames } from '../weights/originalNames.ts';
import type { SafetensorsFile } from '../weights/safetensors.ts';
import { unfitTypes } from '../weights/weightTypes.ts';
import type { Part } from './modelParts.ts';

const BESIDE = /\.vae\.safetensors$/i;

/** What is only in VAEs in the original layout, and in that of diffusers. */
const ORIGINAL_MARK = 'decoder.mid.block_1.conv1.weight';
const DIFFUSERS_MARK = 'decoder.mid_block.resnets.0.conv1.weight';

/** Latent channels of Stable Diffusion. */
const LATENT_CHANNELS = 4;

/** What the VAE of a checkpoint is called, in small letters: people and programs write the end in any. */
const vaeNameOf = (checkpoint: string): string =>
  basename(checkpoint).replace(SAFETENSORS, '.vae.safetensors').toLowerCase();

/** Whether a file is the VAE of a checkpoint among these names. */
export const isVaeBeside = (name: string, names: readonly string[]): boolean =>
  BESIDE.test(name) && names.some((other) => vaeNameOf(other) === name.toLowerCase());

/** The VAE that lies beside a checkpoint: `name.vae.safetensors` for `name.safetensors`; null where there is none. */
export function vaeBeside(checkpoint: string): string | null {
  const folder = dirname(checkpoint);
  const name = namesIn(folder).find((one) => one.toLowerCase() === vaeNameOf(checkpoint));
  return name === undefined ? null : join(folder, name);
}

/**
 * @param overrides keys of diffusers' config that are known better.
 * @throws {PalimpsestError} MODEL_FOLDER_INVALID, CONFIG_UNSUPPORTED or WEIGHT_INVALID, naming file and fact.
 */
export function openVae(path: string, overrides: object = {}): Part<AutoencoderConfig> {
  if (!existsSync(path)) {
    throw new PalimpsestError(
      'MODEL_FOLDER_INVALID',
      faultSentence(path) ?? sentence`The VAE ${{ file: place(path) }} is not there. Check its name.`,
    );
  }
  if (statSync(path).isDirectory()) {
    // Of a whole model, its own.
    const folder = existsSync(join(path, 'vae')) ? join(path, 'vae') : path;
    return fitting(folder, {
      config: readConfig(folder, 'config.json', AutoencoderConfig),
      checkpoint: Checkpoint.open(folder),
    });
  }
  if (PICKLED.test(path)) throw refusedPickle(path);
  const file = openWeights(path);
  const inModel = below(file.tensors, VAE);
  const tensors = inModel.size > 0 ? inModel : file.tensors;
  if (tensors.has(DIFFUSERS_MARK)) {
    const config = parseConfig(path, { ...diffusersConfig(path, file), ...overrides }, AutoencoderConfig);
    return fitting(path, { config, checkpoint: Checkpoint.within(file, tensors) });
  }
  if (!tensors.has(ORIGINAL_MARK)) {
    throw new PalimpsestError(
      'CONFIG_UNSUPPORTED',
      sentence`${{ file: place(path) }} is no VAE of Stable Diffusion. Take one such as vae-ft-mse-840000, in .safetensors.`,
    );
  }
  const config = parseConfig(path, { ...vaeConfig(tensors), ...overrides }, AutoencoderConfig);
  const named = vaeNames(tensors, config.block_out_channels.length);
  return fitting(path, { config, checkpoint: Checkpoint.within(file, named) });
}

function fitting(path: string, vae: Part<AutoencoderConfig>): Part<AutoencoderConfig> {
  const channels = vae.config.latent_channels;
  const reason =
    channels === LATENT_CHANNELS
      ? unfitTypes(vae.checkpoint.weights.values())
      : sentence`its latents have ${{ channels }} channels, and those of Stable Diffusion 1.x and 2.x have ${{ needed: LATENT_CHANNELS }}`;
  if (reason === null) return vae;
  throw new PalimpsestError(
    'CONFIG_UNSUPPORTED',
    sentence`The VAE ${{ file: place(path) }} cannot be used: ${{ reason }}.`,
  );
}

/** The config beside a file of diffusers, or what the shapes say where there is none. */
function diffusersConfig(path: string, { tensors }: SafetensorsFile): object {
  const beside = join(dirname(path), 'config.json');
  if (basename(path).startsWith('diffusion_pytorch_model') && existsSync(beside)) {
    return readConfig(dirname(path), 'config.json', z.looseObject({}));
  }
  return vaeConfig(tensors);
}
