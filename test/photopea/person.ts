/** What a person does in the fake Photopea, and in the panel. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import type { StartedDaemon } from '../server/daemon.ts';

const PHOTO = readFileSync(join(import.meta.dirname, '../../plugins/page/src/examples/cat.png')).toString(
  'base64',
);

/** A script that opens a document of three layers; the photo is in the middle, lies off the corner, and has a transparent one itself. */
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

/** Puts the photo into an artboard, and makes the document one of 16 bits. */
export const PUT_INTO_ARTBOARD = `(() => {
  const { name, width, height, source, layers: [sticker, photo, paper], selection } = photopea.documents[0];
  photopea.close(photopea.documents[0]);
  const document = photopea.add(new FakeDocument(name, width, height, source, 16));
  const board = document.newLayer('board');
  Object.assign(board, { sort: 'GROUP', artboard: [25, 15, 150, 155] });
  document.layers = [document.copyOf(sticker), board, document.copyOf(paper)];
  board.layers.push(document.copyOf(photo));
  const [inside] = board.layers;
  inside.fine = inside.pixels.rgba.map((value) => 255 - value);
  document.active = [inside.id];
  document.change(() => { document.selection = selection; });
})()`;

/** What of the document is in its file: no history, and nothing that is selected. */
export const SAVE_DOCUMENT = `(() => {
  const { name, width, height, source, bits, layers } = photopea.documents[0];
  const saved = (layer) => ({
    ...layer,
    pixels: { ...layer.pixels, rgba: [...layer.pixels.rgba] },
    fine: layer.fine && [...layer.fine],
    mask: layer.mask && [...layer.mask],
    layers: layer.layers.map(saved),
  });
  return JSON.stringify({ name, width, height, source, bits, layers: layers.map(saved) });
})()`;

/** Opens what was saved, with the layer of that name selected. */
export const openSaved = (file: string, selected: string): string => `(() => {
  const { name, width, height, source, bits, layers } = ${file};
  const document = photopea.add(new FakeDocument(name, width, height, source, bits));
  const bytes = (values) => values && Uint8ClampedArray.from(values);
  const opened = (layer) => ({
    ...layer,
    pixels: { ...layer.pixels, rgba: bytes(layer.pixels.rgba) },
    fine: bytes(layer.fine),
    mask: bytes(layer.mask),
    layers: layer.layers.map(opened),
  });
  document.change(() => { document.layers = layers.map(opened); });
  document.active = document.all().filter((layer) => layer.name === ${JSON.stringify(selected)}).map(({ id }) => id);
})()`;

/** Lets the panel in, by the code in the terminal. */
export async function pair(panel: Page | FrameLocator, daemon: StartedDaemon): Promise<void> {
  const codes = () => [...daemon.output().matchAll(/in Photopea" wants to connect.*: {2}(\d{6})/g)];
  const { length: earlier } = codes();
  await panel.getByRole('button', { name: 'Connect' }).click();
  await panel.getByLabel('Code').waitFor();
  while (codes().length === earlier) await new Promise((resolve) => setTimeout(resolve, 50));
  await panel.getByLabel('Code').fill(codes().at(-1)![1]!);
  await panel.getByRole('button', { name: 'Connect' }).click();
  await panel.getByText('Connected', { exact: true }).waitFor();
}
