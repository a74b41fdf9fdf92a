/** @file The models that the daemon offers, and that commands know by name. */

import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { asSentence, PalimpsestError, sentence } from '@palimpsest/protocol';
import { isModelFolder } from '../catalog/findModels.ts';
import { type ModelPlace, ModelRegistry, numbered, speakable } from '../catalog/modelRegistry.ts';
import { configFolder, type DaemonConfig } from '../settings/config.ts';
import { demoModelFolder } from '../settings/paths.ts';
import { SAFETENSORS } from '../weights/checkpoint.ts';
import { readLora } from '../weights/loraChoice.ts';

/** The model that comes with the program. */
const DEMO: ModelPlace = {
  folder: demoModelFolder(),
  caution:
    'The demo model knows its own drawn world only, and spoils photographs. For those, get a Stable Diffusion model: palimpsest models pull sd-1.5.',
};

/**
 * The configured folders, each a model or full of models, and single files; the demo model, and what other programs keep
 * on this machine, are there too. So are those that the configuration gives names, which may be any of the others with LoRAs.
 *
 * @throws {PalimpsestError} OPTION_INVALID when one that was given a name is not there.
 */
export function openModels({ models: paths, named }: Pick<DaemonConfig, 'models' | 'named'>): ModelRegistry {
  const isFile = (path: string) => existsSync(path) && statSync(path).isFile();
  const isModel = (path: string) => isFile(path) || isModelFolder(path);
  const full = paths.map((path) => resolve(path));
  const single = new Map<string, ModelPlace>();
  if (isModelFolder(demoModelFolder())) single.set('demo', DEMO);
  for (const path of full.filter(isModel)) {
    const name = speakable(basename(path).replace(SAFETENSORS, ''));
    single.set(single.has(name) ? numbered(name, single) : name, { folder: path });
  }
  const found = new ModelRegistry({
    directories: full.filter((path) => !isModel(path)),
    models: Object.fromEntries(single),
    elsewhere: true,
  });
  const placed = Object.entries(named).map(([name, choice]) => [name, placeOf(name, choice, found)] as const);
  if (placed.length === 0) return found;
  return new ModelRegistry({
    ...found.options,
    models: { ...found.options.models, ...Object.fromEntries(placed) },
  });
}

/** Paths are seen from the folder of the configuration. */
function placeOf(
  name: string,
  { model, loras, imageEncoder }: DaemonConfig['named'][string],
  found: ModelRegistry,
): ModelPlace {
  const here = (path: string) => resolve(configFolder(), path);
  const isPath = /[\\/]/.test(model) || existsSync(here(model));
  try {
    const base = isPath ? { folder: here(model) } : found.find(model);
    return {
      ...base,
      ...(imageEncoder === undefined ? {} : { imageEncoder: here(imageEncoder) }),
      loras: loras.map(readLora).map(({ file, strength }) => ({ file: here(file), strength })),
    };
  } catch (error) {
    throw new PalimpsestError(
      'OPTION_INVALID',
      sentence`named.${{ name }}: ${{ reason: asSentence(error) }} It comes from config.json.`,
    );
  }
}
