/** Being let in, losing the daemon and finding it again, in a real browser. */

import { PairingRequest } from '@palimpsest/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type StartedDaemon, somePort, startDaemon } from '../server/daemon.ts';
import { describeInBrowser, expectAccessible, openBrowser, openPage } from './browser.ts';

describeInBrowser('the connection of the page', () => {
  const port = somePort();
  let daemon: StartedDaemon;
  let browser: Browser;
  let page: Page;
  const status = () => page.locator('.connection');

  beforeAll(async () => {
    daemon = await startDaemon(port);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await daemon?.stop();
  });

  it('is made by a code that the terminal and the owner see', async () => {
    const owner = await openPage(browser, daemon.link);
    await owner.getByText('Connected', { exact: true }).waitFor();
    page = await openPage(browser, `http://127.0.0.1:${port}/`);
    await expect.poll(() => status().textContent()).toBe('Not connected yet');
    await page.getByRole('button', { name: 'Connect' }).click();

    await owner.getByText(/wants to connect\. It is another tab of this page\./).waitFor();
    const code = (await owner.locator('.pairing-code').textContent()) ?? '';
    expect(code).toMatch(/^\d{6}$/);
    await expect.poll(() => daemon.output()).toContain(code);
    expect(await page.content()).not.toContain(code);

    const wrong = code === '000000' ? '111111' : '000000';
    await page.getByLabel('Code').fill(wrong);
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByText('The code is wrong. 4 tries are left.').waitFor();
    await expectAccessible(page);
    await page.getByLabel('Code').fill(code);
    await page.getByRole('button', { name: 'Connect' }).click();
    await expect.poll(() => status().textContent()).toBe('Connected');
    await owner.locator('.pairing-code').waitFor({ state: 'detached' });
    await owner.context().close();
  });

  it('is made in each tab, which says how, also one that was opened by a link that has been used', async () => {
    const second = await openPage(browser, daemon.link);
    await second.getByText('This link has been used').waitFor();
    await second.getByText(/Each tab connects on its own.*six digits from the terminal/).waitFor();
    await expectAccessible(second);
    await second.context().close();
  });

  it('waits for its turn while another is let in, says so, and can be given up', async () => {
    const urls = [`ws://127.0.0.1:${port}/rpc`];
    const other = await PairingRequest.open({ urls, webSocket: WebSocket, name: 'another' });
    const second = await openPage(browser, `http://127.0.0.1:${port}/`);
    const connect = second.getByRole('button', { name: 'Connect' });
    await connect.click();
    await expect.poll(() => second.locator('.connection').textContent()).toBe('Waiting for its turn');
    await second.getByText('This panel waits for its turn').waitFor();
    await expectAccessible(second);
    await second.getByRole('button', { name: 'Back' }).click();
    await connect.click();
    await second.getByText('This panel waits for its turn').waitFor();
    other.close();
    await second.getByLabel('Code').waitFor();
    await second.context().close();
  });

  it('is there again after a reload of the same tab', async () => {
    await page.reload();
    await expect.poll(() => status().textContent()).toBe('Connected');
  });

  it('is lost and made again when the daemon is killed in the middle of an edit, which goes on', async () => {
    await page.getByRole('button', { name: /yellow cat/ }).click();
    await page.getByRole('radio', { name: 'Careful' }).check();
    await page.getByText('Advanced').click();
    await page.getByLabel('Model', { exact: true }).selectOption('modelA');
    await page.getByLabel('Steps', { exact: true }).fill('4');
    await page.getByLabel('Learning steps').fill('5');
    await page.getByLabel('Working size').fill('64');
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.locator('.underway').getByText('Learning the picture').waitFor();
    // The last thing in the panel is in sight, and the connection is not.
    await page.locator('.editing').evaluate((element) => element.scrollIntoView({ block: 'end' }));
    await daemon.kill();
    await expect.poll(() => status().textContent()).toContain('lost');
    const panel = (await page.locator('aside').boundingBox())!;
    expect((await status().boundingBox())!.y).toBeGreaterThanOrEqual(panel.y);
    const card = page.locator('.underway');
    await card.getByText('Waiting for Palimpsest').waitFor();
    expect(await card.textContent()).not.toContain('left');
    await expectAccessible(page);
    daemon = await startDaemon(port, {}, daemon.folder);
    await expect.poll(() => status().textContent(), { timeout: 30_000 }).toBe('Connected');
    await page.getByRole('button', { name: 'Keep', exact: true }).waitFor();
  });

  it('is not needed for a finished edit to be offered again when the page was closed', async () => {
    await page.reload();
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await expect.poll(() => page.getByRole('navigation').getByRole('listitem').count()).toBe(1);
  });

  it('asks to be let in again when the token was taken back', async () => {
    await page.evaluate(`sessionStorage.setItem('palimpsest-token', '${'0'.repeat(64)}')`);
    await page.reload();
    await expect.poll(() => status().textContent()).toBe('Not connected yet');
  });

  it('says when there is no daemon', async () => {
    // As one that was never let in: the token that was taken back is kept until there is another.
    await page.evaluate('sessionStorage.clear()');
    await page.route('**/health', (route) => route.abort());
    await page.reload();
    // Both who has installed it and who has its source can do what is said.
    await page.getByText('palimpsest serve', { exact: true }).waitFor();
    await page.getByText('npm start', { exact: true }).waitFor();
    expect(await status().textContent()).toBe('Palimpsest is not running');
    await expectAccessible(page);
  });
});
