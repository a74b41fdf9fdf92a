/** A disk without room for another file, and with room again: what is there can be written over, as on a real one. */

import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { open } = fs;

export function fillDisk(): void {
  fs.open = async (path, flags, mode) => {
    const file = await open(path, flags, mode);
    if (flags !== 'wx') return file;
    file.writeFile = async () => {
      throw Object.assign(new Error('no space left on device, write'), { code: 'ENOSPC' });
    };
    return file;
  };
  syncBuiltinESMExports();
}

export function makeRoomOnDisk(): void {
  fs.open = open;
  syncBuiltinESMExports();
}
