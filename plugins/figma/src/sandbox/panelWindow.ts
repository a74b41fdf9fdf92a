/** @file The panel's window, which keeps the size that the person gave it. */

import * as z from 'zod/mini';

const KEY = 'window';
const MIN = { width: 280, height: 320 };
const MAX = { width: 900, height: 1400 };

const WindowSize = z.object({ width: z.number(), height: z.number() });
type WindowSize = z.infer<typeof WindowSize>;

/** Opens the panel. */
export async function openWindow(): Promise<void> {
  const kept = await figma.clientStorage.getAsync(KEY).catch(() => null);
  const size = z.safeParse(WindowSize, kept).data ?? { width: 360, height: 680 };
  figma.showUI(__html__, { ...bounded(size), title: 'Palimpsest', themeColors: true });
}

/** @param done whether the person has let go, so that the size is kept. */
export async function resizeWindow(size: WindowSize, done: boolean): Promise<null> {
  const { width, height } = bounded(size);
  figma.ui.resize(width, height);
  if (done) await figma.clientStorage.setAsync(KEY, { width, height });
  return null;
}

const bounded = ({ width, height }: WindowSize): WindowSize => ({
  width: Math.min(MAX.width, Math.max(MIN.width, Math.round(width))),
  height: Math.min(MAX.height, Math.max(MIN.height, Math.round(height))),
});
