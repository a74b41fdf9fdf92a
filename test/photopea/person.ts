/** What a person does in the fake Photopea, and in the panel. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import type { StartedDaemon } from '../server/daemon.ts';

const PHOTO = readFileSync(join(import.meta.dirname, '../../plugins/page/src/examples/cat.png')).toString(
  'base64',
);

/** A document of three layers; the photo is in the middle, lies off the corner, and has a transparent one itself. */
export const OPEN_DOCUMENT = `(async () => {
  const file = Uint8Array.from(atob('${PHOTO}'), (letter) => letter.charCodeAt(0));
  const photo = await decodePng(file);
  for (let y = 0; y < 20; y++) for (let x = 0; x < 20 - y; x++) photo.rgba[(y * photo.width + x) * 4 + 3] = 0;
  const document = photopea.add(new FakeDocument('Holiday "1".psd', 180, 160, 'local,Holiday'));
  const plain = (width, height, colour) => {
    const rgba = new Uint8ClampedArray(width * height * 4);
    for (let i = 0; i < width * height; i++) rgba.set(colour, 4 * i);
    return { width, height, rgba };
  };
  document.layers = [
    document.newLayer('sticker', plain(20, 20, [250, 220, 90, 255]), { x: 4, y: 130 }),
    document.newLayer('photo', photo, { x: 30, y: 20 }),
    document.newLayer('paper', plain(180, 160, [230, 225, 215, 255])),
  ];
  document.active = [2];
  const selection = new Uint8ClampedArray(180 * 160);
  for (let i = 0; i < selection.length; i++) {
    const away = Math.hypot((i % 180) - 98, Math.floor(i / 180) - 94);
    selection[i] = Math.max(0, Math.min(255, Math.round((50 - away) * 32)));
  }
  document.change(() => { document.selection = selection; });
})()`;

/** Lets the panel in, by the code in the terminal. */
export async function pair(panel: Page | FrameLocator, daemon: StartedDaemon): Promise<void> {
  await panel.getByRole('button', { name: 'Connect' }).click();
  await panel.getByLabel('Code').waitFor();
  const codes = () => [...daemon.output().matchAll(/in Photopea" wants to connect.*: {2}(\d{6})/g)];
  while (codes().length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  await panel.getByLabel('Code').fill(codes().at(-1)![1]!);
  await panel.getByRole('button', { name: 'Connect' }).click();
  await panel.getByText('Connected', { exact: true }).waitFor();
}
