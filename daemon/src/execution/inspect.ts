/** @file What a model folder holds, for people to read before they use it. */

import { elementCount } from '../tensor/tensor.ts';
import type { Checkpoint } from '../weights/checkpoint.ts';
import type { StableDiffusion } from './stableDiffusion.ts';

export interface ComponentFacts {
  readonly parameters: number;
  readonly bytes: number;
  /** Types that the weights are stored in, such as F16. */
  readonly types: readonly string[];
  readonly files: readonly string[];
}

export interface ModelFacts {
  readonly name: string;
  readonly folder: string;
  /** Side in pixels that it was trained for, and what sides have to be multiples of. */
  readonly side: number;
  readonly sideMultiple: number;
  readonly prediction: string;
  readonly contextWidth: number;
  readonly promptTokens: number;
  /** Whether StyleDiffusion can invert with it: it needs an image encoder as wide as the contexts. */
  readonly styleDiffusion: boolean;
  readonly components: Readonly<Record<string, ComponentFacts>>;
}

/** The facts of an opened model. Nothing is loaded: configs and headers say it all. */
export function inspectModel(model: StableDiffusion): ModelFacts {
  const { checkpoints } = model;
  return {
    name: model.name,
    folder: model.folder,
    side: model.nativeSide,
    sideMultiple: model.sideMultiple,
    prediction: model.schedule.config.prediction_type,
    contextWidth: model.unet.config.cross_attention_dim,
    promptTokens: model.tokenizer.maxLength,
    styleDiffusion: model.imageWidth === model.unet.config.cross_attention_dim,
    components: Object.fromEntries(Object.entries(checkpoints).map(([name, part]) => [name, facts(part)])),
  };
}

function facts({ files, weights }: Checkpoint): ComponentFacts {
  const tensors = [...weights.values()].filter(({ dtype }) => dtype !== 'I64');
  return {
    parameters: tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    bytes: tensors.reduce((sum, { length }) => sum + length, 0),
    types: [...new Set(tensors.map(({ dtype }) => dtype))],
    files: files.map(({ path }) => path),
  };
}
