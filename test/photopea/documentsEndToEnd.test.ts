/** Documents of other sorts, and two layers of which one lends its style, in a real browser with a real daemon. */

import type { Browser, FrameLocator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { linkInside } from '../../daemon/src/server/photopea.ts';
import { describeInBrowser, openBrowser } from '../page/browser.ts';
import { type StartedDaemon, somePort, startDaemon } from '../server/daemon.ts';
import { eventually, GLANCE, type Glance, LONG, LOOK, openPage, type Seen } from './browserScene.ts';
import { OPEN_DOCUMENT, openSaved, PUT_INTO_ARTBOARD, pair, SAVE_DOCUMENT } from './person.ts';

const PHOTOPEA = 'https://www.photopea.com';

/** The smallest model, and few steps; and few within each where a picture is learned. */
async function chooseQuickOptions(panel: FrameLocator, innerSteps?: number): Promise<void> {
  await panel.getByText('Advanced').click();
  await panel.getByLabel('Model', { exact: true }).selectOption('modelA');
  await panel.getByLabel('Steps', { exact: true }).fill('2');
  if (innerSteps !== undefined) await panel.getByLabel('Learning steps').fill(String(innerSteps));
  await panel.getByText('Advanced').click();
}

describeInBrowser('the panel in Photopea', () => {
  let daemon: StartedDaemon;
  let browser: Browser;

  beforeAll(async () => {
    daemon = await startDaemon(somePort());
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await daemon?.stop();
  });

  it(
    'gives a layer the style of another one, which of the two is up to the person',
    async () => {
      const page = await openPage(browser, PHOTOPEA);
      await page.goto(linkInside(daemon.port));
      await page.evaluate(OPEN_DOCUMENT);
      await page.evaluate('photopea.documents[0].active = [1, 2]; photopea.documents[0].selection = null');
      const panel = page.frameLocator('#plugin');
      await pair(panel, daemon);
      const before = await page.evaluate<Seen>(LOOK);

      await panel.getByRole('radio', { name: 'the same words' }).waitFor();
      await panel.getByRole('radio', { name: 'style transfer' }).check();
      const roles = panel.getByLabel('Style transfer');
      expect(await roles.locator('dd').allTextContents()).toEqual(['sticker', 'photo']);
      await roles.getByRole('button', { name: 'Swap' }).click();
      expect(await roles.locator('dd').allTextContents()).toEqual(['photo', 'sticker']);
      await panel.getByLabel('What is in the content').fill('a yellow cat');
      await panel.getByText('Say what is in the style').waitFor();
      await panel.getByLabel('What is in the style, and what style it is').fill('a yellow square');
      await panel.getByRole('slider', { name: 'How much style' }).fill('0.6');
      await chooseQuickOptions(panel, 2);
      await panel.getByRole('button', { name: 'Transfer the style' }).click();
      const name = 'a yellow cat in the style of sticker';
      await panel
        .getByRole('article', { name })
        .getByRole('button', { name: 'Keep', exact: true })
        .click({ timeout: LONG });

      const glance = () => page.evaluate<Glance>(GLANCE);
      await eventually(async () => (await glance()).outline).toBe(`sticker, ${name}, photo, paper`);
      await eventually(async () => (await glance()).documents).toBe(1);
      const after = await page.evaluate<Seen>(LOOK);
      expect(after.steps).toBe(before.steps + 1);
      expect(after.active).toEqual([1, 2]);
      expect(
        await page.evaluate(`(() => {
        const [, made, photo] = photopea.documents[0].layers;
        return [made.x - photo.x, made.y - photo.y, made.pixels.width, made.pixels.height];
      })()`),
      ).toEqual([0, 0, 128, 128]);
      const changed = after.picture.flatMap((value, i) =>
        value === before.picture[i] ? [] : Math.floor(i / 4),
      );
      expect(new Set(changed).size).toBeGreaterThan(2000);
      // Nothing but the photo: its place is (30, 20), its size 128.
      expect(
        changed.filter((at) => at % 180 < 30 || at % 180 >= 158 || at < 20 * 180 || at >= 148 * 180),
      ).toEqual([]);

      await page.evaluate('photopea.documents[0].active = [2]');
      await panel.getByText('Earlier edits of this layer').waitFor();
      await panel.getByRole('button', { name }).waitFor();
      await page.context().close();
    },
    LONG,
  );

  it(
    'edits a layer of 16 bits in an artboard, and finds the words again in another browser',
    async () => {
      const page = await openPage(browser, PHOTOPEA, { artboardOffsets: true, oddBounds: true });
      await page.goto(linkInside(daemon.port));
      await page.evaluate(OPEN_DOCUMENT);
      await page.evaluate(PUT_INTO_ARTBOARD);
      const panel = page.frameLocator('#plugin');
      await panel.getByText('This document has 16 bits per channel').waitFor();
      await pair(panel, daemon);
      const before = await page.evaluate<Seen>(LOOK);

      await panel.getByRole('radio', { name: 'inside the selection' }).check();
      await panel.getByLabel('What is in the picture').fill('a yellow cat');
      await panel.getByLabel('What it should be').fill('a yellow dog');
      await chooseQuickOptions(panel);
      await panel.getByRole('button', { name: 'Edit', exact: true }).click();
      await panel.getByRole('button', { name: 'Keep', exact: true }).click({ timeout: LONG });
      const name = 'a yellow cat → a yellow dog';
      const glance = () => page.evaluate<Glance>(GLANCE);
      await eventually(async () => (await glance()).outline).toBe(`sticker, board[${name}, photo], paper`);
      await eventually(async () => (await glance()).documents).toBe(1);

      const after = await page.evaluate<Seen>(LOOK);
      expect(after.steps).toBe(before.steps + 1);
      expect(after.active).toEqual(before.active);
      expect(after.selection).toEqual(before.selection);
      const differing = after.selection.map((level, i) => ({
        level,
        is: [0, 1, 2, 3].some((k) => before.fine[4 * i + k] !== after.fine[4 * i + k]),
      }));
      expect(differing.filter(({ level, is }) => level === 0 && is)).toEqual([]);
      expect(differing.filter(({ is }) => is).length).toBeGreaterThan(500);
      const file = await page.evaluate<string>(SAVE_DOCUMENT);
      await page.context().close();

      const other = await openPage(browser, PHOTOPEA);
      await other.goto(linkInside(daemon.port));
      await other.evaluate(openSaved(file, name));
      const otherPanel = other.frameLocator('#plugin');
      await otherPanel.getByText('These words come from the layer’s name').waitFor();
      await pair(otherPanel, daemon);
      for (const layer of [name, 'photo']) {
        await other.evaluate(
          `photopea.documents[0].active = photopea.documents[0].all().filter(({ name }) => name === ${JSON.stringify(layer)}).map(({ id }) => id)`,
        );
        await otherPanel.getByLabel('Layer', { exact: true }).getByText(layer, { exact: true }).waitFor();
        await eventually(() => otherPanel.getByLabel('What is in the picture').inputValue()).toBe(
          'a yellow cat',
        );
        await eventually(() => otherPanel.getByLabel('What it should be').inputValue()).toBe('a yellow dog');
      }
      await other.context().close();
    },
    LONG,
  );
});
