/**
 * The pictures of the panel in docs/images, in Figma's colours and with the demo model:
 * `npm run build -w plugins/figma && npx tsx test/figma/screenshots.ts`.
 *
 * Look at each of them before you commit it.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { FigmaWindow } from './openWindow.ts';

const ROOT = join(import.meta.dirname, '../..');
const SIZE = { width: 360, height: 900 };

const figma = await FigmaWindow.open();
try {
  await figma.page.setViewportSize(SIZE);
  await figma.openPanel();
  await figma.button('Connect').waitFor();
  await resize();
  await shoot('unpaired-light', 300);
  await figma.pair();
  const photo = readFileSync(join(ROOT, 'plugins/page/src/examples/cat.png'));
  const id = await figma.callWithFile<string>('addPicture', 'cat', photo, 30, 40);
  await figma.call('select', [id]);
  await figma.panel.getByText('cat', { exact: true }).waitFor();
  await figma.say('a yellow cat in a room', 'a purple cat in a room');
  // So that it is kept with the layer before the panel is closed.
  await figma.page.waitForTimeout(1500);
  for (const scheme of ['light', 'dark'] as const) {
    await figma.closePanel();
    await figma.openPanel(scheme);
    await figma.panel.getByText('This puts').waitFor();
    await shoot(scheme, SIZE.height);
  }
  await figma.panel.getByRole('radio', { name: 'Quick' }).check();
  await figma.button('Edit').click();
  await figma.button('Keep').waitFor({ timeout: 600_000 });
  await shoot('result-dark', 600);
} finally {
  await figma.close();
}

async function resize(): Promise<void> {
  await figma.page.evaluate(`document.querySelector('iframe').height = ${SIZE.height}`);
}

/** The panel in its window, from the top to a height. */
async function shoot(name: string, height: number): Promise<void> {
  await resize();
  await figma.page.waitForTimeout(500);
  const shot = await figma.page.screenshot({ clip: { x: 0, y: 0, width: SIZE.width, height } });
  const file = join(ROOT, `docs/images/figma-${name}.webp`);
  writeFileSync(file, await sharp(shot).webp({ quality: 88, effort: 6 }).toBuffer());
}
