/** @file A whole model in one .safetensors file in the original layout, read where it lies. */

import { existsSync } from 'node:fs';
import { PalimpsestError, place, sentence } from '@palimpsest/protocol';
import { z } from 'zod';
import { readJson } from '../files/json.ts';
import {
  AutoencoderConfig,
  notJson,
  parseConfig,
  SchedulerConfig,
  TextEncoderConfig,
  UNetConfig,
} from '../networks/config.ts';
import { Checkpoint, openWeights, PICKLED, refusedPickle, SAFETENSORS } from '../weights/checkpoint.ts';
import { deduceConfigs, type RawConfigs } from '../weights/originalConfig.ts';
import { below, textNames, UNET, unetNames, VAE, vaeNames } from '../weights/originalNames.ts';
import type { SafetensorsFile } from '../weights/safetensors.ts';
import type { ModelParts, Part } from './modelParts.ts';
import { findTokenizer } from './tokenizerPlaces.ts';
import { openVae, vaeBeside } from './vaeFile.ts';

/** What the file beside a checkpoint may set right: keys of diffusers' configs. */
const Overrides = z.strictObject({
  unet: z.looseObject({}).default({}),
  vae: z.looseObject({}).default({}),
  text_encoder: z.looseObject({}).default({}),
  scheduler: z.looseObject({}).default({}),
});

/** Where a person can set right what was deduced from the shapes, such as the prediction of a fine-tuned model. */
export const overridesFile = (path: string): string => path.replace(SAFETENSORS, '.palimpsest.json');

/**
 * @param vae a file or folder with another VAE; the one beside the checkpoint, or within it, when left out.
 * @throws {PalimpsestError} MODEL_FOLDER_INVALID for a pickle or another kind of file, or when no tokenizer is found;
 *   CONFIG_UNSUPPORTED when it holds another kind of model; WEIGHT_INVALID when it is damaged.
 */
export function openSingleFile(path: string, vae = vaeBeside(path) ?? undefined): ModelParts {
  if (PICKLED.test(path)) throw refusedPickle(path);
  if (!SAFETENSORS.test(path)) {
    throw new PalimpsestError(
      'MODEL_FOLDER_INVALID',
      sentence`${{ file: place(path) }} is no model. Give a folder in the diffusers layout, or a .safetensors file.`,
    );
  }
  const file = openWeights(path);
  const configs = withOverrides(deduceConfigs(file, vae !== undefined), path);
  const parsed = {
    unet: parseConfig(`${path} (UNet)`, configs.unet, UNetConfig),
    text: parseConfig(`${path} (text encoder)`, configs.text_encoder, TextEncoderConfig),
    scheduler: parseConfig(`${path} (scheduler)`, configs.scheduler, SchedulerConfig),
  };
  const { unet, text } = parsed;
  const levels = unet.block_out_channels.length;
  const weights = {
    unet: unetNames(below(file.tensors, UNET), levels, unet.layers_per_block),
    text: textNames(file.tensors)!,
  };
  return {
    // 2.x was trained with prompts filled up by "!", 1.x by the end token.
    tokenizer: findTokenizer(path, text.vocab_size, text.hidden_act === 'gelu' ? '!' : null),
    text: { config: text, checkpoint: Checkpoint.within(file, weights.text) },
    vae: vae === undefined ? ownVae(file, configs.vae) : openVae(vae, configs.vae),
    unet: { config: unet, checkpoint: Checkpoint.within(file, weights.unet) },
    scheduler: parsed.scheduler,
    image: null,
  };
}

function ownVae(file: SafetensorsFile, raw: object): Part<AutoencoderConfig> {
  const config = parseConfig(`${file.path} (VAE)`, raw, AutoencoderConfig);
  const named = vaeNames(below(file.tensors, VAE), config.block_out_channels.length);
  return { config, checkpoint: Checkpoint.within(file, named) };
}

function withOverrides(deduced: RawConfigs, path: string): RawConfigs {
  const file = overridesFile(path);
  if (!existsSync(file)) return deduced;
  let json: unknown;
  try {
    json = readJson(file);
  } catch (cause) {
    throw new PalimpsestError(
      'MODEL_FOLDER_INVALID',
      notJson(file, cause) ?? sentence`${{ file: place(file) }} cannot be read. Mend it, or remove it.`,
      { cause },
    );
  }
  const { unet, vae, text_encoder, scheduler } = parseConfig(file, json, Overrides);
  return {
    unet: { ...deduced.unet, ...unet },
    vae: { ...deduced.vae, ...vae },
    text_encoder: { ...deduced.text_encoder, ...text_encoder },
    scheduler: { ...deduced.scheduler, ...scheduler },
  };
}
