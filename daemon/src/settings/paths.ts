/** @file Where the daemon keeps files that it can make again. */

import { join } from 'node:path';
import { userFolder } from '../files/userFolders.ts';

/**
 * The cache folder: `$PALIMPSEST_CACHE`, or the system's place for caches (`~/.cache/palimpsest`,
 * `~/Library/Caches/palimpsest`, `%LOCALAPPDATA%\palimpsest\Cache`).
 */
export const cacheFolder = (): string => userFolder('cache');

/** Graphs by their fingerprint. */
export const graphsFolder = (): string => join(cacheFolder(), 'graphs');

/** Weights with LoRAs merged into them. */
export const mergedFolder = (): string => join(cacheFolder(), 'merged');

/** Inversions by their key. */
export const inversionsFolder = (): string => join(cacheFolder(), 'inversions');

/** Pictures by their hash. */
export const blobsFolder = (): string => join(cacheFolder(), 'blobs');

/** Jobs by their id. */
export const jobsFolder = (): string => join(cacheFolder(), 'jobs');

/** Whose the pictures and inversions are. */
export const ownersFolder = (): string => join(cacheFolder(), 'owners');

/** The small model of our own that comes with Palimpsest, for when no other is named. */
export const demoModelFolder = (): string => join(import.meta.dirname, '../../../models/demo/model');
