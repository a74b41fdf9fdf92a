/** Which model the page takes, and what it says of it. */

import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser, expectAccessible } from '../browser.ts';
import { type Place, usePlace } from '../place.ts';

describeInBrowser('the model of the page', () => {
  let place: Place;
  let page: Page;
  usePlace(async (opened) => {
    place = opened;
    page = await place.openPage();
    await page.getByText('Connected', { exact: true }).waitFor();
  });

  it('is one that was installed, and not the demo model', async () => {
    await page.getByText('model: modelA').waitFor();
    expect(await page.getByText('spoils photographs').count()).toBe(0);
  });

  it('says of the demo model that photographs are not for it, and what is', async () => {
    await page.getByRole('button', { name: /yellow cat/ }).click();
    await page.getByText('Advanced').click();
    await page.getByLabel('Model', { exact: true }).selectOption('demo');
    await page.getByText(/spoils photographs.*palimpsest models pull sd-1\.5/).waitFor();
    await expectAccessible(page);
  });
});
