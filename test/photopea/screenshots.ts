/**
 * The pictures of Photopea in docs/images, with the demo model and the stand-in for Photopea:
 * `npm run build && npx tsx test/photopea/screenshots.ts`.
 *
 * Look at each of them before you commit it.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import sharp from 'sharp';
import { linkBeside, linkInside } from '../../daemon/src/server/photopea.ts';
import { openBrowser } from '../page/browser.ts';
import { somePort, startDaemon } from '../server/daemon.ts';
import { fakePhotopea } from './fake/fakePage.ts';
import { OPEN_DOCUMENT, pair } from './person.ts';

const FOLDER = join(import.meta.dirname, '../../docs/images');
const WORDS = { source: 'a yellow cat in a room', target: 'a purple cat in a room' };
/** Of an edit, with other work on the machine. */
const PATIENCE = 600_000;

const HOUSE = readFileSync(join(import.meta.dirname, '../../plugins/page/src/examples/house.png'), 'base64');
/** Another picture lies below the photo, and both are selected. */
const PAINTING = `(async () => {
  const file = Uint8Array.from(atob('${HOUSE}'), (letter) => letter.charCodeAt(0));
  const document = photopea.documents[0];
  document.layers.splice(2, 0, document.newLayer('house', await decodePng(file), { x: 60, y: 36 }));
  document.selection = null;
  document.active = [2, document.layers[2].id];
})()`;

mkdirSync(FOLDER, { recursive: true });
const daemon = await startDaemon(somePort(), { PALIMPSEST_MODELS: '' });
const browser = await openBrowser();
try {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, colorScheme: 'dark' });
  await context.grantPermissions(['local-network-access'], { origin: 'https://www.photopea.com' });
  await fakePhotopea(context);

  const inside = await context.newPage();
  await inside.goto(linkInside(daemon.port));
  await inside.evaluate(OPEN_DOCUMENT);
  const panel = inside.frameLocator('#plugin');
  await panel.getByRole('button', { name: 'Connect' }).waitFor();
  await shoot(inside, 'photopea-connect');
  await pair(panel, daemon);
  await describeEdit(panel);
  await panel.getByRole('radio', { name: 'inside the selection' }).check();
  await panel.getByRole('button', { name: 'Edit', exact: true }).click();
  await panel.getByRole('button', { name: 'Keep', exact: true }).waitFor({ timeout: PATIENCE });
  await panel.locator('.entry').scrollIntoViewIfNeeded();
  await panel.getByText('Connected', { exact: true }).scrollIntoViewIfNeeded();
  await shoot(inside, 'photopea-inside');

  await panel.getByRole('button', { name: 'Discard' }).click();
  await inside.evaluate(PAINTING);
  await panel.getByRole('radio', { name: 'style transfer' }).check();
  await panel.getByLabel('What is in the style, and what style it is').fill('a blue house in the snow');
  await panel.getByText('Connected', { exact: true }).scrollIntoViewIfNeeded();
  await shoot(inside, 'photopea-style');
  await inside.close();

  const beside = await context.newPage();
  await beside.goto(linkBeside(daemon.port));
  const photopea = beside.frame({ url: /^https:\/\/www\.photopea\.com/ })!;
  await photopea.waitForFunction('window.photopea !== undefined');
  await photopea.evaluate(OPEN_DOCUMENT);
  await pair(beside, daemon);
  await describeEdit(beside);
  await beside.getByRole('radio', { name: 'inside the selection' }).check();
  await beside.getByRole('button', { name: 'Edit', exact: true }).click();
  await beside.getByRole('button', { name: 'Keep', exact: true }).click({ timeout: PATIENCE });
  await photopea.getByText('→ a purple cat').waitFor();
  await shoot(beside, 'photopea-beside');
} finally {
  await browser.close();
  await daemon.stop();
}

async function describeEdit(panel: Page | FrameLocator): Promise<void> {
  await panel.getByLabel('What is in the picture').fill(WORDS.source);
  await panel.getByLabel('What it should be').fill(WORDS.target);
  await panel.getByRole('radio', { name: 'Quick' }).check();
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(800);
  const picture = await sharp(await page.screenshot())
    .webp({ quality: 88, effort: 6 })
    .toBuffer();
  writeFileSync(join(FOLDER, `${name}.webp`), picture);
}
