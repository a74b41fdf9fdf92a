/** @file Settings of this person on this machine. */

import * as z from 'zod/mini';

const keyOf = (name: string): string => `setting ${name}`;

export async function readSetting(name: string): Promise<string | null> {
  return z.safeParse(z.string(), await figma.clientStorage.getAsync(keyOf(name))).data ?? null;
}

export async function writeSetting(name: string, value: string | null): Promise<null> {
  if (value === null) await figma.clientStorage.deleteAsync(keyOf(name));
  else await figma.clientStorage.setAsync(keyOf(name), value);
  return null;
}
