/** Where things stand on the page: what may scroll, and what stays. */

import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';
import { describeInBrowser } from '../browser.ts';
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
});
