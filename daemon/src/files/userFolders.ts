/** @file The user's folders that we write to, by the system's rules or our environment variables. */

import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, parse } from 'node:path';
import { ours, PalimpsestError, place, sentence } from '@palimpsest/protocol';
import { reasonOf } from './writeFile.ts';

const NAME = 'palimpsest';

interface FolderKind {
  /** What is in it, for people. */
  readonly holds: string;
  /** Our variable that names another. */
  readonly variable: string;
  /** Where the system puts such folders: its variable, and where it is from the home folder without that. */
  readonly linux: readonly [string, string];
  readonly darwin: string;
  /** As for Linux, and our folder's name within our own. */
  readonly win32: readonly [string, string, string];
}

const KINDS = {
  cache: {
    holds: 'what it can make again',
    variable: 'PALIMPSEST_CACHE',
    linux: ['XDG_CACHE_HOME', '.cache'],
    darwin: 'Library/Caches',
    win32: ['LOCALAPPDATA', 'AppData/Local', 'Cache'],
  },
  config: {
    holds: 'its settings and secrets',
    variable: 'PALIMPSEST_CONFIG',
    linux: ['XDG_CONFIG_HOME', '.config'],
    darwin: 'Library/Preferences',
    win32: ['APPDATA', 'AppData/Roaming', 'Config'],
  },
  data: {
    holds: 'the models that it downloads',
    variable: 'PALIMPSEST_DATA',
    linux: ['XDG_DATA_HOME', '.local/share'],
    darwin: 'Library/Application Support',
    win32: ['LOCALAPPDATA', 'AppData/Local', 'Data'],
  },
} as const satisfies Record<string, FolderKind>;
export type UserFolder = keyof typeof KINDS;

/**
 * The home folder. A user whom the system does not know, as in many containers, has one that is not there: nothing is found
 * in it, and `requireUserFolder` says what to do.
 */
export function homeFolder(): string {
  for (const ask of [homedir, () => userInfo().homedir]) {
    try {
      const home = ask();
      if (isAbsolute(home)) return home;
    } catch {
      // Without HOME, for a number that is no user's.
    }
  }
  return join(parse(import.meta.dirname).root, 'nonexistent');
}

/** `$PALIMPSEST_CACHE`, `$PALIMPSEST_CONFIG` or `$PALIMPSEST_DATA`, or the system's place for each. */
export function userFolder(kind: UserFolder): string {
  const { variable, linux, darwin, win32 } = KINDS[kind];
  const chosen = process.env[variable];
  if (chosen !== undefined && chosen !== '') return chosen;
  if (process.platform === 'darwin') return join(homeFolder(), darwin, NAME);
  if (process.platform === 'win32') return join(systemPlace(win32[0], win32[1]), NAME, win32[2]);
  return join(systemPlace(linux[0], linux[1]), NAME);
}

/** The rules of XDG: a variable that is no full path does not count. */
function systemPlace(variable: string, fromHome: string): string {
  const place = process.env[variable];
  return place !== undefined && isAbsolute(place) ? place : join(homeFolder(), fromHome);
}

/**
 * Makes sure, before anything long starts, that a folder is there and can be written.
 *
 * @throws {PalimpsestError} WRITE_FAILED, naming the variable that sets another.
 */
export function requireUserFolder(kind: UserFolder): string {
  const folder = userFolder(kind);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch (cause) {
    const { holds, variable } = KINDS[kind];
    throw new PalimpsestError(
      'WRITE_FAILED',
      sentence`Palimpsest keeps ${{ holds: ours(holds) }} in ${{ folder: place(folder) }}, and cannot write there: ${{ reason: reasonOf(cause) }}. Set ${{ variable }} to a folder that you may write to.`,
      { cause },
    );
  }
}
