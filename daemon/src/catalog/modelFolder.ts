/** @file Whether a folder in the diffusers layout is a Stable Diffusion 1.x or 2.x, judged by its configs. */

import { join } from 'node:path';
import { asSentence, PalimpsestError, place, type Sentence, sentence } from '@palimpsest/protocol';
import { z } from 'zod';
import { readJson } from '../files/json.ts';
import { readModelConfigs } from '../networks/config.ts';
import { Checkpoint } from '../weights/checkpoint.ts';
import { unfitTypes } from '../weights/weightTypes.ts';

/** Networks that every model has, each in a folder of its own. */
export const NETWORKS = ['text_encoder', 'vae', 'unet'] as const;

/** diffusers' table of contents; it names the pipeline that a model was saved from. */
const ModelIndex = z.object({ _class_name: z.string() });
const PLAIN_PIPELINE = /^StableDiffusionPipeline/;

/**
 * What its configs ask for that we do not build, or null.
 *
 * @param called what to call the folder.
 */
export function whyUnfitConfigs(folder: string, called = folder): Sentence | null {
  const reason = problemOf(() => readModelConfigs(folder, called));
  const pipeline = pipelineOf(folder);
  if (reason === null || pipeline === null || PLAIN_PIPELINE.test(pipeline)) return reason;
  return sentence`it is a ${{ pipeline }}, and Palimpsest runs Stable Diffusion 1.x and 2.x text-to-image models`;
}

/** What keeps a folder from being a model that can be used, or null: its configs, and whether its weights are there. */
export function whyUnfitFolder(folder: string): Sentence | null {
  return whyUnfitConfigs(folder) ?? problemOf(() => requireWeights(folder));
}

function requireWeights(folder: string): void {
  for (const name of NETWORKS) {
    const reason = unfitTypes(Checkpoint.open(join(folder, name)).weights.values());
    if (reason !== null)
      throw new PalimpsestError(
        'WEIGHT_INVALID',
        sentence`${{ folder: place(join(folder, name)) }}: ${{ reason }}`,
      );
  }
}

function pipelineOf(folder: string): string | null {
  try {
    return ModelIndex.parse(readJson(join(folder, 'model_index.json')))._class_name;
  } catch {
    return null;
  }
}

/** What an attempt fails with; null when it does not. */
export function problemOf(attempt: () => unknown): Sentence | null {
  try {
    attempt();
    return null;
  } catch (error) {
    return asSentence(error);
  }
}
