/** @file CLIP's vision encoder for models that come without one: Stable Diffusion 1.x never has it in its folder. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../files/namesIn.ts';
import { type ImageEncoder, openImageEncoder } from './modelParts.ts';
import { cachedRepositories, pulledFolder } from './searchPlaces.ts';

/** The first CLIP, among pulled models and in the Hugging Face cache, whose tokens are as wide as the model's contexts. */
export function findImageEncoder(width: number): ImageEncoder | null {
  const folders = [
    ...namesIn(pulledFolder()).map((name) => join(pulledFolder(), name)),
    ...cachedRepositories()
      .filter(({ repository }) => /clip/i.test(repository))
      .map(({ folder }) => folder),
  ];
  for (const folder of folders) {
    if (!existsSync(join(folder, 'config.json'))) continue;
    const encoder = openOrNull(folder);
    if (encoder?.config.hidden_size === width) return encoder;
  }
  return null;
}

/** Whatever else lies there is no encoder of ours, and no reason to fail. */
function openOrNull(folder: string): ImageEncoder | null {
  try {
    return openImageEncoder(folder);
  } catch {
    return null;
  }
}
