/** @file What a model is made of, and how it is read from a folder in the diffusers layout. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Checkpoint } from './checkpoint.ts';
import {
  AutoencoderConfig,
  ClipModelConfig,
  ImageEncoderConfig,
  PreprocessorConfig,
  readConfig,
  SchedulerConfig,
  TextEncoderConfig,
  UNetConfig,
} from './config.ts';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';

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

/** @throws {PalimpsestError} MODEL_FOLDER_INVALID, CONFIG_UNSUPPORTED or WEIGHT_INVALID, naming file and fact. */
export function openDiffusersFolder(folder: string): ModelParts {
  const weights = (name: string) => Checkpoint.open(join(folder, name));
  const own = join(folder, 'image_encoder');
  return {
    tokenizer: loadTokenizer(folder),
    text: {
      config: readConfig(folder, 'text_encoder/config.json', TextEncoderConfig),
      checkpoint: weights('text_encoder'),
    },
    vae: { config: readConfig(folder, 'vae/config.json', AutoencoderConfig), checkpoint: weights('vae') },
    unet: { config: readConfig(folder, 'unet/config.json', UNetConfig), checkpoint: weights('unet') },
    scheduler: readConfig(folder, 'scheduler/scheduler_config.json', SchedulerConfig),
    image: existsSync(own) ? openImageEncoder(own) : null,
  };
}

/** A folder with CLIP's vision encoder, alone or beside its text encoder. */
export function openImageEncoder(folder: string): ImageEncoder {
  const preprocessor = existsSync(join(folder, 'preprocessor_config.json'))
    ? readConfig(folder, 'preprocessor_config.json', PreprocessorConfig)
    : PreprocessorConfig.parse({});
  const whole = readConfig(folder, 'config.json', ClipModelConfig);
  const config = whole.vision_config ?? readConfig(folder, 'config.json', ImageEncoderConfig);
  return { config, preprocessor, checkpoint: Checkpoint.open(folder) };
}
