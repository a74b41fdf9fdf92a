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
const WIDTH = 360;
/** Tall enough for all of the panel, which scrolls in shorter windows. */
const TALL = 1200;

const figma = await FigmaWindow.open({ env: { PALIMPSEST_MODELS: '' } });
try {
  await figma.page.setViewportSize({ width: WIDTH, height: TALL });
  await figma.openPanel();
  await figma.button('Connect').waitFor();
  await shoot('unpaired-light');
  await figma.pair();
  const house = await addExample('house');
  const cat = await addExample('cat');
  await figma.call('select', [cat]);
  await figma.panel.getByText('cat', { exact: true }).waitFor();
  await figma.say('a yellow cat in a room', 'a purple cat in a room');
  // So that it is kept with the layer before the panel is closed.
  await figma.page.waitForTimeout(1500);
  for (const scheme of ['light', 'dark'] as const) {
    await figma.closePanel();
    await figma.openPanel(scheme);
    await figma.panel.getByText('This replaces').waitFor();
    await shoot(scheme);
  }
  await figma.panel.getByRole('radio', { name: 'Quick' }).check();
  await figma.button('Edit').click();
  await figma.button('Keep').waitFor({ timeout: 600_000 });
  await shoot('result-dark', '.work .entry');
  await figma.button('Discard').click();
  await figma.call('select', [cat, house]);
  await figma.closePanel();
  await figma.openPanel('light');
  await figma.panel.getByRole('radio', { name: 'style transfer' }).check();
  await figma.panel.getByLabel('What is in the content').fill('a yellow cat in a room');
  await figma.panel.getByLabel('What is in the style').fill('a blue house in the snow');
  await shoot('style-light');
} finally {
  await figma.close();
}

function addExample(name: string): Promise<string> {
  const photo = readFileSync(join(ROOT, `plugins/page/src/examples/${name}.png`));
  return figma.callWithFile('addPicture', name, photo, 30, 40);
}

/** The panel in its window, from the top to the end of a part of it. */
async function shoot(name: string, last = '.palimpsest > :last-child'): Promise<void> {
  await figma.page.evaluate(`document.querySelector('iframe').height = ${TALL}`);
  const end = await figma.panel
    .locator(last)
    .evaluate(
      (element: { getBoundingClientRect(): { readonly bottom: number } }) =>
        element.getBoundingClientRect().bottom,
    );
  const height = Math.ceil(end + 14);
  await figma.page.evaluate(`document.querySelector('iframe').height = ${height}`);
  await figma.page.waitForTimeout(500);
  const shot = await figma.page.screenshot({ clip: { x: 0, y: 0, width: WIDTH, height } });
  const file = join(ROOT, `docs/images/figma-${name}.webp`);
  writeFileSync(file, await sharp(shot).webp({ quality: 88, effort: 6 }).toBuffer());
}
