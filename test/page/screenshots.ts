/**
 * The pictures of the page in docs/images, with the demo model: `npm run build && npx tsx test/page/screenshots.ts`.
 *
 * Look at each of them before you commit it.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { somePort, startDaemon } from '../server/daemon.ts';
import { openBrowser, openPage } from './browser.ts';

const FOLDER = join(import.meta.dirname, '../../docs/images');
const HEIGHT = 800;
const WIDTHS = [1200, 320, 240];

mkdirSync(FOLDER, { recursive: true });
const daemon = await startDaemon(somePort(), { PALIMPSEST_MODELS: '' });
const browser = await openBrowser();
try {
  const page = await openPage(browser, daemon.link);
  await page.getByText('Connected', { exact: true }).waitFor();
  await shoot(page, 'page-welcome', [1200]);
  await page.getByRole('button', { name: /blue house/ }).click();
  const begun = Date.now();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.locator('.underway img').waitFor();
  await page.waitForTimeout(400);
  await shoot(page, 'page-working', [1200]);
  await page.getByRole('button', { name: 'Keep', exact: true }).waitFor({ timeout: 600_000 });
  console.log(`from the button to the result: ${(Date.now() - begun) / 1000} s`);
  await page.locator('h1').click();
  await shoot(page, 'page', WIDTHS);
  const stranger = await openPage(browser, `http://127.0.0.1:${daemon.port}/`);
  await stranger.getByRole('button', { name: 'Connect' }).click();
  await stranger.getByLabel('Code').waitFor();
  await shoot(stranger, 'page-pairing', [320]);
} finally {
  await browser.close();
  await daemon.stop();
}

/** One picture for each width and colour scheme; narrow ones show the page from top to bottom. */
async function shoot(page: Page, name: string, widths: readonly number[]): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of widths) {
      await page.setViewportSize({ width, height: HEIGHT });
      const height =
        width < 900 ? await page.evaluate<number>('document.documentElement.scrollHeight') : HEIGHT;
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(400);
      const picture = await sharp(await page.screenshot())
        .webp({ quality: 88, effort: 6 })
        .toBuffer();
      writeFileSync(join(FOLDER, `${name}-${colorScheme}-${width}.webp`), picture);
    }
  }
}
