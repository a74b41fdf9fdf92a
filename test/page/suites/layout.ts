/** Where things stand on the page: what may scroll, and what stays. */

import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';
import { describeInBrowser, expectAccessible } from '../browser.ts';
import { type Place, usePlace } from '../place.ts';

const HOUSE = fileURLToPath(new URL('../../../plugins/page/src/examples/house.png', import.meta.url));

describeInBrowser('the layout of the page', () => {
  let place: Place;
  let page: Page;
  usePlace((opened) => {
    place = opened;
  });
  beforeEach(async () => {
    await page?.context().close();
    page = await place.openPage();
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.getByText('Connected', { exact: true }).waitFor();
  });

  it('lets the list of pictures scroll, and the page stay where it is', async () => {
    for (let times = 0; times < 9; times++)
      await page.locator('input[type=file]').setInputFiles([HOUSE, HOUSE]);
    const pictures = page.getByRole('navigation', { name: 'Pictures' });
    await expect.poll(() => pictures.getByRole('listitem').count()).toBe(18);
    const beyond = (element: string) =>
      page.evaluate<number>(`(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)(${element})`);
    expect(await beyond('document.documentElement')).toBe(0);
    expect(await beyond(`document.querySelector('.layers')`)).toBeGreaterThan(0);
    // Where the keyboard goes, the list follows, and not the page.
    await page.locator('input[type=file]').focus();
    expect(await page.evaluate('scrollY')).toBe(0);
    expect((await pictures.locator('.open').boundingBox())!.y).toBeLessThan(860);
  });

  it('shows one result at its full height, the others as a line each, and says which pictures are gone', async () => {
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    await page.getByRole('button', { name: /striped red ball/ }).click();
    await page.getByText('This replaces “ball” with “star”.').waitFor();
    await page.getByText('Advanced').click();
    await page.getByLabel('Steps', { exact: true }).fill('2');
    await page.getByText('Advanced').click();
    for (const results of [1, 2, 3]) {
      await button('Edit').click();
      await expect.poll(() => button('Keep').count()).toBe(results);
    }
    const compared = page.getByRole('slider', { name: 'Before and after' });
    expect(await compared.count()).toBe(1);
    expect((await page.locator('form.editing').boundingBox())!.y).toBeLessThan(860);
    // Each can be opened.
    await page.locator('.entry').last().locator('.fold').click();
    await expect.poll(() => compared.count()).toBe(2);
    await page.locator('.entry').last().locator('.fold').click();
    await page.locator('input[type=file]').setInputFiles(HOUSE);
    await expect.poll(() => compared.count()).toBe(0);
    expect(await page.getByText(/Not here any more/).count()).toBe(0);

    await page.reload();
    await button('Keep all 3').waitFor();
    await page.getByText('Not here any more: “a striped red ball on a meadow”.').waitFor();
    await expectAccessible(page);
  });
});
