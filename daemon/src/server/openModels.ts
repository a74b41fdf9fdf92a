/** @file The models that the daemon offers, and that commands know by name. */

import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { isModelFolder } from '../models/findModels.ts';
import { ModelRegistry } from '../models/modelRegistry.ts';
import { demoModelFolder } from '../store/paths.ts';

const SAFETENSORS = /\.safetensors$/i;

/**
 * The configured folders, each a model or full of models, and single files; the demo model, and what other programs keep
 * on this machine, are there too.
 */
export function openModels(paths: readonly string[]): ModelRegistry {
  const isFile = (path: string) => existsSync(path) && statSync(path).isFile();
  const isModel = (path: string) => isFile(path) || isModelFolder(path);
  const full = paths.map((path) => resolve(path));
  const single = full
    .filter(isModel)
    .map((path) => [basename(path).replace(SAFETENSORS, ''), { folder: path }] as const);
  const demo = isModelFolder(demoModelFolder()) ? [['demo', { folder: demoModelFolder() }] as const] : [];
  return new ModelRegistry({
    directories: full.filter((path) => !isModel(path)),
    models: Object.fromEntries([...demo, ...single]),
    elsewhere: true,
  });
}
