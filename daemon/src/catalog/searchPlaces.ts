/** @file Where models lie on this machine: our own folder, the Hugging Face cache, the folders of other programs. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../files/namesIn.ts';
import { homeFolder, userFolder } from '../files/userFolders.ts';

/** Where `models pull` puts models: `$PALIMPSEST_DATA/models`, or the system's place for data. */
export const pulledFolder = (): string => join(userFolder('data'), 'models');

/** The Hugging Face cache, by the variables that its own library reads. */
export function huggingFaceCache(): string {
  const { HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
  if (HF_HUB_CACHE !== undefined) return HF_HUB_CACHE;
  return join(HF_HOME ?? join(XDG_CACHE_HOME ?? join(homeFolder(), '.cache'), 'huggingface'), 'hub');
}

/** A repository in the Hugging Face cache: its name, and the folder of the revision in use. */
export interface CachedRepository {
  readonly repository: string;
  readonly folder: string;
}

/** The model repositories of a Hugging Face cache, at the revision that `main` stands for, or the only one there is. */
export function cachedRepositories(cache = huggingFaceCache()): CachedRepository[] {
  return namesIn(cache)
    .filter((name) => name.startsWith('models--'))
    .flatMap((name) => {
      const snapshots = join(cache, name, 'snapshots');
      const main = readOrNull(join(cache, name, 'refs/main'))?.trim();
      const revisions = namesIn(snapshots);
      const revision = revisions.find((one) => one === main) ?? revisions.at(-1);
      if (revision === undefined) return [];
      const repository = name.slice('models--'.length).replaceAll('--', '/');
      return [{ repository, folder: join(snapshots, revision) }];
    });
}

/** Folders of other programs in the places where their installers put them. */
export function programFolders(home = homeFolder()): string[] {
  const names = [
    'stable-diffusion-webui',
    'stable-diffusion-webui-forge',
    'ComfyUI',
    'invokeai',
    'InvokeAI',
    'StabilityMatrix/Data',
  ];
  return [home, join(home, 'Documents')]
    .flatMap((place) => names.map((name) => join(place, name)))
    .filter((folder) => existsSync(folder));
}

/** Where those programs keep checkpoints, from the folder of the program. */
export const CHECKPOINT_FOLDERS: Readonly<Record<string, string>> = {
  'models/Stable-diffusion': 'A1111',
  'models/checkpoints': 'ComfyUI',
  'models/sd-1': 'InvokeAI',
  'models/sd-2': 'InvokeAI',
  'autoimport/main': 'InvokeAI',
  'Models/StableDiffusion': 'Stability Matrix',
};

/** Where those programs keep the tokenizers that they come with. */
export const TOKENIZER_FOLDERS = [
  'comfy/sd1_tokenizer',
  'backend/huggingface/stable-diffusion-v1-5/stable-diffusion-v1-5/tokenizer',
  'backend/huggingface/runwayml/stable-diffusion-v1-5/tokenizer',
];

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
