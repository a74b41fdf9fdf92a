/** @file Folders and parts of models that the person named and that do not exist. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ModelPlace } from '../catalog/modelRegistry.ts';
import { configFolder } from '../settings/config.ts';

/**
 * A sentence for each folder that does not exist.
 *
 * @param given those on the command line.
 * @param configured those of the environment or, where that names none, of the file.
 */
export function missingFolders(given: readonly string[], configured: readonly string[]): string[] {
  const source =
    process.env.PALIMPSEST_MODELS === undefined
      ? `in ${join(configFolder(), 'config.json')}`
      : 'in PALIMPSEST_MODELS';
  return [
    ...given.map((path) => ({ path, source: 'on the command line' })),
    ...configured.map((path) => ({ path, source })),
  ]
    .filter(({ path }) => !existsSync(path))
    .map(({ path, source }) => `${resolve(path)} does not exist (named ${source}).`);
}

/** A sentence on the first file or folder of a model that does not exist; null when all do. */
export function missingPart({ folder, imageEncoder, loras = [] }: ModelPlace): string | null {
  const parts = [
    folder,
    ...(imageEncoder === undefined ? [] : [imageEncoder]),
    ...loras.map(({ file }) => file),
  ];
  const missing = parts.find((path) => !existsSync(path));
  return missing === undefined ? null : `${missing} does not exist.`;
}
