/** A disk that can be read and not be written, and written again: as it is seen by the calls that say when a file was used, or remove it. */

import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { utimesSync, rmSync, mkdirSync, openSync } = fs;
const { open, rm } = promises;

const refuse = (): never => {
  throw Object.assign(new Error('read-only file system'), { code: 'EROFS' });
};

export function makeReadOnly(): void {
  fs.utimesSync = refuse;
  fs.rmSync = refuse;
  fs.mkdirSync = (path) => (fs.existsSync(path) ? undefined : refuse());
  fs.openSync = (path, flags, mode) => (isReading(flags) ? openSync(path, flags, mode) : refuse());
  promises.open = async (path, flags, mode) => (isReading(flags) ? open(path, flags, mode) : refuse());
  promises.rm = async () => refuse();
  syncBuiltinESMExports();
}

export function makeWritable(): void {
  Object.assign(fs, { utimesSync, rmSync, mkdirSync, openSync });
  Object.assign(promises, { open, rm });
  syncBuiltinESMExports();
}

const isReading = (flags: string | number | undefined): boolean =>
  typeof flags === 'number'
    ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) === 0
    : (flags ?? 'r') === 'r';
