/**
 * @file The models that are installed, by name: folders in configured directories, and single folders with a name of
 * their own. What comes over the wire is looked up here and never becomes a path.
 */

import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { ModelName, PalimpsestError } from '@palimpsest/protocol';

/** Where a model lies. */
export interface ModelPlace {
  readonly folder: string;
  /** A folder with CLIP's vision encoder, for models that come without one. */
  readonly imageEncoder?: string | undefined;
}

export interface ModelRegistryOptions {
  /** Each folder in these that holds a model counts, under its own name. Earlier directories win. */
  readonly directories?: readonly string[];
  /** Models by name; they win over those in directories. */
  readonly models?: Readonly<Record<string, ModelPlace>>;
}

/** What makes a folder a model: diffusers' table of contents, or the network that is always there. */
const MARKS = ['model_index.json', join('unet', 'config.json')];

export class ModelRegistry {
  constructor(readonly options: ModelRegistryOptions) {}

  /** All models, read anew at each call: a model that was just copied there is found. */
  list(): { readonly name: string; readonly place: ModelPlace }[] {
    return [...this.read()].map(([name, place]) => ({ name, place }));
  }

  /** @throws {PalimpsestError} MODEL_UNKNOWN, naming those that are there. */
  find(name: string): ModelPlace {
    const models = this.read();
    const place = models.get(name);
    if (place !== undefined) return place;
    const known = [...models.keys()];
    throw new PalimpsestError(
      'MODEL_UNKNOWN',
      `There is no model "${name}". ${known.length > 0 ? `Installed are: ${known.join(', ')}.` : 'None is installed.'}`,
    );
  }

  /** The name of the model in that folder, with an image encoder of its own; null when it is none of these. */
  nameOf(folder: string): string | null {
    const wanted = realPath(folder);
    const found = this.list().find(
      ({ place }) => place.imageEncoder === undefined && realPath(place.folder) === wanted,
    );
    return wanted === null || found === undefined ? null : found.name;
  }

  private read(): Map<string, ModelPlace> {
    const models = new Map(Object.entries(this.options.models ?? {}));
    for (const directory of this.options.directories ?? []) {
      for (const name of foldersIn(directory)) {
        const folder = join(directory, name);
        if (!models.has(name) && MARKS.some((mark) => existsSync(join(folder, mark)))) {
          models.set(name, { folder });
        }
      }
    }
    return models;
  }
}

function realPath(folder: string): string | null {
  try {
    return realpathSync(folder);
  } catch {
    return null;
  }
}

/** Names of folders, and of links to folders, that the protocol can name. */
function foldersIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => ModelName.safeParse(name).success)
      .sort();
  } catch {
    // A directory that is configured but not there yet holds no models.
    return [];
  }
}
