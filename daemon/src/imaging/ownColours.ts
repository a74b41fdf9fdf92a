/** @file The colour space of a picture's own file: results come back in it, so that pixels outside an edit stay as they are. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { makePrivateFolder } from '../files/privateFiles.ts';
import { userFolder } from '../files/userFolders.ts';
import type { Picture } from './picture.ts';

/** A picture in sRGB, with the same colours in the space of another picture's file, where that has one of its own. */
export async function inOwnColours(picture: Picture, { own }: Pick<Picture, 'own'>): Promise<Picture> {
  if (own === undefined) return picture;
  const { width, height, rgb } = picture;
  // The library takes profiles by path only, and remembers paths: so each has a folder of its own.
  const folder = await temporaryFolder();
  try {
    const profile = join(folder, 'own.icc');
    await writeFile(profile, own.icc);
    const converted = await sharp(rgb, { raw: { width, height, channels: 3 }, limitInputPixels: false })
      .withIccProfile(profile)
      .raw({ depth: 'uchar' })
      .toBuffer();
    return { ...picture, own: { icc: own.icc, rgb: new Uint8Array(converted) } };
  } catch {
    // A profile that only leads away from its device, as some scanners have: the result is in sRGB then.
    return picture;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** In the system's place for such, or in our own where that cannot be written. */
async function temporaryFolder(): Promise<string> {
  const made = (place: string) => mkdtemp(join(place, 'palimpsest-profile-'));
  try {
    return await made(tmpdir());
  } catch {
    const cache = userFolder('cache');
    makePrivateFolder(cache);
    return made(cache);
  }
}
