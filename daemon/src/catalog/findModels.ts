/**
 * @file Finds models in folders as programs keep them: diffusers folders, single files, and pickles, which are refused.
 */

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { asSentence, type Sentence } from '@palimpsest/protocol';
import { isNamed } from '../files/fileFault.ts';
import { namesIn } from '../files/namesIn.ts';
import { openWeights, refusedPickle, SAFETENSORS } from '../weights/checkpoint.ts';
import { unfit } from '../weights/originalConfig.ts';
import { NETWORKS, whyUnfitFolder } from './modelFolder.ts';
import { CHECKPOINT_FOLDERS, cachedRepositories, programFolders, pulledFolder } from './searchPlaces.ts';
import { isVaeBeside, openVae, vaeBeside } from './vaeFile.ts';

/** A model, or what looks like one. */
export interface FoundModel {
  /** Its folder's or file's name, which need not be unique. */
  readonly name: string;
  /** A folder in the diffusers layout, or a single file. */
  readonly path: string;
  /** Whose folder it lies in. */
  readonly origin: string;
  /** Why it cannot be used; null when nothing speaks against it. */
  readonly refused: Sentence | null;
}

/** What makes a folder a model: diffusers' table of contents, or the network that is always there. */
const MARKS = ['model_index.json', join('unet', 'config.json')];
export const isModelFolder = (folder: string): boolean => MARKS.some((mark) => isNamed(join(folder, mark)));

const PICKLE = /\.ckpt$/i;

/** People sort checkpoints into folders, but not without end; a folder with everything in it is not searched through. */
const MAX_DEPTH = { program: 4, configured: 2, cached: 1 };

/** The models below a folder that a person named, which may be the folder of a program. */
export function modelsBelow(folder: string): FoundModel[] {
  const program = modelsOfProgram(folder);
  return program.length > 0 ? program : walk(folder, 'folder', MAX_DEPTH.configured);
}

/** The models that lie on this machine without anybody having said where: pulled ones, the cache, other programs. */
export function modelsElsewhere(): FoundModel[] {
  const cached = cachedRepositories().flatMap(({ repository, folder }) => {
    const name = repository.split('/').at(-1)!;
    if (isModelFolder(folder))
      return [{ name, path: folder, origin: 'Hugging Face', refused: folderFault(folder) }];
    // Other repositories hold what has nothing to do with us: only what fits is told.
    return walk(folder, 'Hugging Face', MAX_DEPTH.cached).filter(({ refused }) => refused === null);
  });
  return [
    ...walk(pulledFolder(), 'pulled', MAX_DEPTH.cached),
    ...cached,
    ...programFolders().flatMap(modelsOfProgram),
  ];
}

function modelsOfProgram(folder: string): FoundModel[] {
  const usual = Object.entries(CHECKPOINT_FOLDERS).flatMap(([place, origin]) =>
    walk(join(folder, place), origin, MAX_DEPTH.program),
  );
  // Newer versions of InvokeAI keep each model in a folder of its own, whatever its kind.
  const isInvoke = usual.length === 0 && existsSync(join(folder, 'invokeai.yaml'));
  const flat = isInvoke ? walk(join(folder, 'models'), 'InvokeAI', MAX_DEPTH.configured) : [];
  return [...usual, ...flat.filter(({ refused }) => refused === null)];
}

function walk(folder: string, origin: string, depth: number): FoundModel[] {
  if (depth === 0) return [];
  const names = namesIn(folder).filter((name) => !name.startsWith('.'));
  return names
    .filter((name) => !isVaeBeside(name, names))
    .flatMap((name) => {
      const path = join(folder, name);
      if (SAFETENSORS.test(name)) {
        return [{ name: name.replace(SAFETENSORS, ''), path, origin, refused: checkpointFault(path) }];
      }
      if (PICKLE.test(name)) return [{ name, path, origin, refused: refusedPickle(path).sentence }];
      if (isModelFolder(path)) return [{ name, path, origin, refused: folderFault(path) }];
      return walk(path, origin, depth - 1);
    });
}

/** Headers and configs are read once, until what they are in changes: the daemon lists its models often. */
const read = new Map<string, { readonly state: string; readonly refused: Sentence | null }>();

function remembered(path: string, state: string, look: () => Sentence | null): Sentence | null {
  const known = read.get(path);
  if (known?.state === state) return known.refused;
  const refused = look();
  read.set(path, { state, refused });
  return refused;
}

function checkpointFault(path: string): Sentence | null {
  const vae = vaeBeside(path);
  return remembered(path, `${stateOf(path)} ${vae === null ? '' : stateOf(vae)}`, () => {
    try {
      if (vae !== null) openVae(vae);
      return unfit(openWeights(path), vae !== null);
    } catch (error) {
      return asSentence(error);
    }
  });
}

/** What is in a folder changes its time, but not that of the folders above. */
function folderFault(folder: string): Sentence | null {
  const places = ['', ...NETWORKS, ...NETWORKS.map((name) => join(name, 'config.json')), SCHEDULER];
  const state = places.map((place) => stateOf(join(folder, place))).join();
  return remembered(folder, state, () => whyUnfitFolder(folder));
}
const SCHEDULER = join('scheduler', 'scheduler_config.json');

/** Of what a link leads to. */
function stateOf(path: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return 'none';
  }
}
