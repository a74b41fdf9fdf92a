/** @file Free space of disks. */

import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Bytes that are free for us on the disk that a folder is on, or will be once it is made.
 *
 * @throws where the disk does not say, as `statfs`.
 */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(existing(folder));
  return bavail * bsize;
}

/** The folder, or the nearest above it that there is. */
function existing(folder: string): string {
  const above = dirname(folder);
  return existsSync(folder) || above === folder ? folder : existing(above);
}
