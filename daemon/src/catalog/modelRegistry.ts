/**
 * @file The installed models by name: those in configured folders, those with a name of their own, and those that other
 * programs keep on this machine. Names that come over the wire are looked up here and never become paths.
 */

import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { PalimpsestError, sentence } from '@palimpsest/protocol';
import { SAFETENSORS } from '../weights/checkpoint.ts';
import { type LoraChoice, sameLoras } from '../weights/loraChoice.ts';
import { type FoundModel, modelsBelow, modelsElsewhere } from './findModels.ts';

/** Where a model lies. */
export interface ModelPlace {
  /** A folder in the diffusers layout, or a single file. */
  readonly folder: string;
  /** A folder with CLIP's vision encoder, for models that come without one. */
  readonly imageEncoder?: string | undefined;
  /** LoRAs that are merged into it. */
  readonly loras?: readonly LoraChoice[] | undefined;
  /** What it cannot do, in a sentence for people. Such a model comes last: it is for where there is no other. */
  readonly caution?: string | undefined;
}

export interface ModelRegistryOptions {
  /** Each model in these counts, under its own name. Earlier directories win. */
  readonly directories?: readonly string[];
  /** Models by name; they win over those in directories. */
  readonly models?: Readonly<Record<string, ModelPlace>>;
  /** Whether those count too that were pulled, lie in the Hugging Face cache, or belong to other programs. */
  readonly elsewhere?: boolean;
}

/** A model as people are told of it. */
export interface ListedModel extends FoundModel {
  readonly place: ModelPlace;
}

export class ModelRegistry {
  readonly options: ModelRegistryOptions;

  constructor(options: ModelRegistryOptions) {
    this.options = options;
  }

  /** All models, read anew at each call: a model that was just copied there is found. */
  list(): { readonly name: string; readonly place: ModelPlace }[] {
    return [...this.read()].map(([name, place]) => ({ name, place }));
  }

  /** @throws {PalimpsestError} MODEL_UNKNOWN, saying why it cannot be used, or naming those that are there. */
  find(name: string): ModelPlace {
    const models = this.read();
    const place = models.get(name) ?? this.placeOfFile(name);
    if (place !== undefined) return place;
    const unfit = this.listAll().find((model) => model.name === name && model.refused !== null);
    if (unfit?.refused)
      throw new PalimpsestError(
        'MODEL_UNKNOWN',
        sentence`"${{ name }}" cannot be used: ${{ reason: unfit.refused }}`,
      );
    const known = [...models.keys()];
    throw new PalimpsestError(
      'MODEL_UNKNOWN',
      known.length > 0
        ? sentence`There is no model "${{ name }}". Installed are: ${{ installed: known }}.`
        : sentence`There is no model "${{ name }}". None is installed.`,
    );
  }

  /** A file's or folder's own name may have letters that the protocol's names have not. */
  private placeOfFile(name: string): ModelPlace | undefined {
    return this.listAll().find(
      ({ path, refused }) => refused === null && basename(path).replace(SAFETENSORS, '') === name,
    )?.place;
  }

  /** The name of the model in that folder, with these LoRAs and its own image encoder; null when it is none of these. */
  nameOf(folder: string, loras: readonly LoraChoice[] = []): string | null {
    const wanted = realPath(folder);
    const found = this.list().find(
      ({ place }) =>
        place.imageEncoder === undefined &&
        realPath(place.folder) === wanted &&
        sameLoras(place.loras?.map(withRealPath), loras.map(withRealPath)),
    );
    return wanted === null || found === undefined ? null : found.name;
  }

  /** All models with where they are from, and what looks like a model and cannot be used. */
  listAll(): ListedModel[] {
    const { models = {}, directories = [], elsewhere = false } = this.options;
    const named = Object.entries(models).map(([name, place]) => {
      return { name, path: place.folder, origin: 'named', refused: null, place };
    });
    const below = distinctPaths(directories.flatMap(modelsBelow), new Set());
    const others = elsewhere ? modelsElsewhere() : [];
    const taken = new Map(named.map((model) => [model.name, model as ListedModel]));
    const refused: ListedModel[] = [];
    for (const found of [
      ...below,
      ...distinctPaths(others, new Set(below.map(({ path }) => realPath(path)))),
    ]) {
      const name = speakable(found.name);
      const model = { ...found, name, place: { folder: found.path } };
      if (found.refused !== null) refused.push({ ...model, name: found.name });
      else if (!taken.has(name)) taken.set(name, model);
      // In configured folders the first of a name wins; elsewhere nobody chose the names, nor those that we made.
      else if (!below.includes(found) || name !== found.name) {
        const other = numbered(name, taken);
        taken.set(other, { ...model, name: other });
      }
    }
    const usable = [...taken.values()];
    const isLast = ({ place }: ListedModel) => place.caution !== undefined;
    return [...usable.filter((model) => !isLast(model)), ...usable.filter(isLast), ...refused];
  }

  private read(): Map<string, ModelPlace> {
    const usable = this.listAll().filter(({ refused }) => refused === null);
    return new Map(usable.map(({ name, place }) => [name, place]));
  }
}

/** What the protocol can name (its ModelName): letters, digits, spaces, dots, dashes; not too long. */
export function speakable(name: string): string {
  // Composed, as letters with accents are on some systems and not on others; and no half of a pair at the end.
  const text = name
    .normalize()
    .replace(/[^\p{L}\p{N} ._-]/gu, '-')
    .replace(/^[ ._-]+/, '')
    .slice(0, MAX_NAME)
    .replace(/[\ud800-\udbff]$/, '');
  return text === '' ? NAMELESS : text;
}
/** What is called by signs alone, such as an emoji. */
const NAMELESS = 'model';
/** Leaves room for a number. */
const MAX_NAME = 90;

/** The name with the first number from 2 on that makes it a new one. */
export function numbered(name: string, taken: ReadonlyMap<string, unknown>): string {
  for (let number = 2; ; number++) {
    if (!taken.has(`${name} ${number}`)) return `${name} ${number}`;
  }
}

/** Without those that are the same file or folder as one before. */
function distinctPaths(models: readonly FoundModel[], known: Set<string | null>): FoundModel[] {
  return models.filter(({ path }) => {
    const real = realPath(path);
    return !known.has(real) && known.add(real);
  });
}

const withRealPath = ({ file, strength }: LoraChoice): LoraChoice => ({
  file: realPath(file) ?? file,
  strength,
});

function realPath(folder: string): string | null {
  try {
    return realpathSync(folder);
  } catch {
    return null;
  }
}
