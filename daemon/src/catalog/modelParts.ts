/** @file What a model is made of, and how it is read from a folder in the diffusers layout. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AutoencoderConfig,
  type ImageEncoderConfig,
  PreprocessorConfig,
  readConfig,
  readImageConfig,
  readModelConfigs,
  type SchedulerConfig,
  type TextEncoderConfig,
  type UNetConfig,
} from '../networks/config.ts';
import { loadTokenizer, type Tokenizer } from '../networks/tokenizer.ts';
import { Checkpoint } from '../weights/checkpoint.ts';

/** A network's config, and its weights. */
export interface Part<Config> {
  readonly config: Config;
  readonly checkpoint: Checkpoint;
}

export interface ImageEncoder extends Part<ImageEncoderConfig> {
  readonly preprocessor: PreprocessorConfig;
}

/** The parts of a model, however it is stored. */
export interface ModelParts {
  readonly tokenizer: Tokenizer;
  readonly text: Part<TextEncoderConfig>;
  readonly vae: Part<AutoencoderConfig>;
  readonly unet: Part<UNetConfig>;
  readonly scheduler: SchedulerConfig;
  /** CLIP's vision encoder, where the model has one of its own. */
  readonly image: ImageEncoder | null;
}

/**
 * @param otherVae opens one in place of the folder's own, whose config it is given.
 * @throws {PalimpsestError} MODEL_FOLDER_INVALID, CONFIG_UNSUPPORTED or WEIGHT_INVALID, naming file and fact.
 */
export function openDiffusersFolder(
  folder: string,
  otherVae?: (own: AutoencoderConfig) => Part<AutoencoderConfig>,
): ModelParts {
  const weights = (name: string) => Checkpoint.open(join(folder, name));
  const own = join(folder, 'image_encoder');
  const { text, vae, unet, scheduler } = readModelConfigs(folder);
  return {
    tokenizer: loadTokenizer(folder),
    text: { config: text, checkpoint: weights('text_encoder') },
    vae: otherVae?.(vae) ?? { config: vae, checkpoint: weights('vae') },
    unet: { config: unet, checkpoint: weights('unet') },
    scheduler,
    image: existsSync(own) ? openImageEncoder(own) : null,
  };
}

/** A folder with CLIP's vision encoder, alone or beside its text encoder. */
export function openImageEncoder(folder: string): ImageEncoder {
  const preprocessor = existsSync(join(folder, 'preprocessor_config.json'))
    ? readConfig(folder, 'preprocessor_config.json', PreprocessorConfig)
    : PreprocessorConfig.parse({});
  return { config: readImageConfig(folder), preprocessor, checkpoint: Checkpoint.open(folder) };
}
