/** The panel as other editors have it, on a page that is not the daemon's, in a real browser. */

import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type StartedDaemon, somePort, startDaemon } from '../server/daemon.ts';
import { bundled, describeInBrowser, expectAccessible, openBrowser, openPage } from './browser.ts';

/** Runs in the browser: the panel with a host in memory that has one layer. */
const IN_BROWSER = `
  import { mountPanel } from '@palimpsest/panel';
  import { memoryHost } from '@palimpsest/sdk/memory';

  globalThis.openPanel = async (url, token) => {
    const { host, hands } = await memoryHost();
    if (token) await host.writeSetting('token', token);
    const rgba = new Uint8ClampedArray(64 * 48 * 4).fill(200);
    const id = await hands.addLayer('A layer', { width: 64, height: 48, rgba }, { x: 0, y: 0 });
    await hands.select([id]);
    const place = document.body.appendChild(document.createElement('main'));
    mountPanel(place, host, { address: { urls: [url] } });
    globalThis.hands = hands;
  };
`;

describeInBrowser('the panel in another editor', () => {
  const port = somePort();
  const url = `ws://localhost:${port}/rpc`;
  let browser: Browser;
  let script: string;
  let daemon: StartedDaemon | undefined;

  beforeAll(async () => {
    browser = await openBrowser();
    script = await bundled(IN_BROWSER);
  });
  afterAll(async () => {
    await browser?.close();
    await daemon?.stop();
  });

  /** A page at an address that is not fetched from anywhere. */
  async function pageAt(address: string): Promise<Page> {
    const page = await openPage(browser, 'about:blank');
    const html =
      '<!doctype html><html lang="en"><title>An editor</title><body><header><h1>An editor</h1></header></body></html>';
    await page.route(`${address}**`, (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.goto(address);
    await page.evaluate(script);
    return page;
  }
  const open = (page: Page, token = '') => page.evaluate<void>(`openPanel('${url}', '${token}')`);
  const status = (page: Page) => page.locator('.connection').textContent();

  it('says that the daemon is not running, where nothing keeps it from it', async () => {
    const page = await pageAt('http://localhost/');
    await open(page);
    await expect.poll(() => status(page)).toBe('Palimpsest is not running');
    await page.context().close();
  });

  it('says how to be let through, where the browser may be in the way', async () => {
    const page = await pageAt('https://editor.example/');
    await open(page);
    await expect.poll(() => status(page)).toBe('The browser blocks this panel from Palimpsest');
    await page.getByText('Apps on device').waitFor();
    await expectAccessible(page);
    await page.context().close();
  });

  /** A frame as Figma's plugins have: without an origin, and with what the editor's page passes on to it. */
  async function frameOf(page: Page, allow: string): Promise<Frame> {
    const inner = '&lt;!doctype html>&lt;body>&lt;/body>';
    await page.setContent(`<iframe sandbox="allow-scripts" allow="${allow}" srcdoc="${inner}"></iframe>`);
    const frame = page.frames()[1];
    if (frame === undefined) throw new Error('The page has no frame.');
    await frame.evaluate(script);
    return frame;
  }

  it('is told apart from a daemon that is not running, when it runs and the browser lets nothing through', async () => {
    daemon = await startDaemon(port);
    const page = await pageAt('https://editor.example/');
    const frame = await frameOf(page, '');
    await frame.evaluate<void>(`openPanel('${url}', '${daemon.token}')`);
    await frame.getByText('The browser blocks this panel from Palimpsest').waitFor();
    await page.context().close();
  });

  it('connects from a frame without an origin, and follows the colours of the editor', async () => {
    const page = await pageAt('https://editor.example/');
    await page.context().grantPermissions(['local-network-access']);
    const frame = await frameOf(page, 'loopback-network; local-network-access');
    await frame.evaluate<void>(`openPanel('${url}', '${daemon?.token}')`);
    await frame.getByText('Connected', { exact: true }).waitFor();
    await frame.getByText('A layer').waitFor();
    const panel = frame.locator('.palimpsest');
    expect(await panel.getAttribute('data-theme')).toBe('light');
    await frame.evaluate(`hands.setColourScheme('dark')`);
    await expect.poll(() => panel.getAttribute('data-theme')).toBe('dark');
    await page.context().close();
  });

  it('fits from 240 px on, in both colour schemes', async () => {
    const page = await openPage(browser, `http://127.0.0.1:${port}/`, daemon?.token);
    await page.getByRole('button', { name: /blue house/ }).click();
    await page.getByText('Advanced').click();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [240, 320, 1200]) {
        await page.setViewportSize({ width, height: 800 });
        const needed = await page.evaluate<number>('document.documentElement.scrollWidth');
        expect(needed, `at ${width} px`).toBeLessThanOrEqual(width);
      }
      await page.setViewportSize({ width: 320, height: 800 });
      await expectAccessible(page);
    }
    await page.context().close();
  });
});
