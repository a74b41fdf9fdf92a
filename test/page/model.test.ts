/** Which model the page takes, and what it says of it. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type StartedDaemon, somePort, startDaemon } from '../server/daemon.ts';
import { describeInBrowser, expectAccessible, openBrowser, openPage } from './browser.ts';

describeInBrowser('the model of the page', () => {
  let daemon: StartedDaemon;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    daemon = await startDaemon(somePort());
    browser = await openBrowser();
    page = await openPage(browser, new URL(daemon.link).origin, daemon.token);
    await page.getByText('Connected', { exact: true }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await daemon?.stop();
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
