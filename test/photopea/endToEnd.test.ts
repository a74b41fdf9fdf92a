/** The panel in Photopea and beside it, in a real browser, with a real daemon and the smallest model. */

import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { linkBeside, linkInside } from '../../daemon/src/server/photopea.ts';
import { describeInBrowser, expectAccessible, openBrowser } from '../page/browser.ts';
import { type StartedDaemon, somePort, startDaemon } from '../server/daemon.ts';
import { eventually, GLANCE, type Glance, LONG, LOOK, openPage, type Seen } from './browserScene.ts';
import type { Traits } from './fake/traits.ts';
import { OPEN_DOCUMENT, pair } from './person.ts';

const PHOTOPEA = 'https://www.photopea.com';

describeInBrowser('the panel and Photopea', () => {
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

  const newPage = (allowed: string | null, traits: Partial<Traits> = {}) =>
    openPage(browser, allowed, traits);

  async function edit(panel: Page | FrameLocator, label: string | RegExp = 'Edit'): Promise<void> {
    await panel.getByLabel('What is in the picture').fill('a yellow cat');
    await panel.getByLabel('What it should be').fill('a yellow dog');
    await panel.getByText('Advanced').click();
    await panel.getByLabel('Model', { exact: true }).selectOption('modelA');
    await panel.getByLabel('Steps', { exact: true }).fill('2');
    await panel.getByText('Advanced').click();
    await panel.getByRole('radio', { name: 'Quick' }).check();
    await panel.getByRole('button', { name: label, exact: typeof label === 'string' }).click();
  }

  it(
    'edit the photo inside the selection, with the panel in Photopea, and whatever strangers say',
    async () => {
      const page = await newPage(PHOTOPEA, {
        strayDone: true,
        strayValues: true,
        missingFiles: true,
        oddBounds: true,
      });
      await page.goto(linkInside(daemon.port));
      await page.evaluate(OPEN_DOCUMENT);
      const panel = page.frameLocator('#plugin');
      await pair(panel, daemon);
      for (const address of ['https://www.photopea.com/stranger', 'https://stranger.example/']) {
        await page.evaluate(`(() => {
        const frame = document.createElement('iframe');
        frame.style.display = 'none';
        frame.src = '${address}';
        document.body.append(frame);
        return new Promise((resolve) => { frame.onload = resolve; });
      })()`);
      }
      const before = await page.evaluate<Seen>(LOOK);

      // Nobody has to say that the selection bounds the change.
      expect(await panel.getByRole('radio', { name: 'inside the selection' }).isChecked()).toBe(true);
      await edit(panel);
      await panel.getByRole('button', { name: 'Keep', exact: true }).click();
      await eventually(async () => (await page.evaluate<Glance>(GLANCE)).outline).toContain('→');
      await eventually(async () => (await page.evaluate<Glance>(GLANCE)).documents).toBe(1);

      const after = await page.evaluate<Seen>(LOOK);
      expect(after.layers.map(({ name }) => name)).toEqual([
        'sticker',
        'a yellow cat → a yellow dog',
        'photo',
        'paper',
      ]);
      expect(after.layers[1]!.masked).toBe(true);
      expect(after.steps).toBe(before.steps + 1);
      expect(after.active).toEqual(before.active);
      expect(after.selection).toEqual(before.selection);
      const changed = after.selection.map((level, i) => ({
        level,
        is: [0, 1, 2, 3].some((k) => before.picture[4 * i + k] !== after.picture[4 * i + k]),
      }));
      expect(changed.filter(({ level, is }) => level === 0 && is)).toEqual([]);
      expect(changed.filter(({ is }) => is).length).toBeGreaterThan(500);
      await page.context().close();
    },
    LONG,
  );

  it(
    'edit several layers at once, with the panel beside Photopea, and find each other again',
    async () => {
      const page = await newPage(null);
      await page.goto(linkBeside(daemon.port));
      const photopea = page.frame({ url: /^https:\/\/www\.photopea\.com/ })!;
      await photopea.waitForFunction('window.photopea !== undefined');
      await photopea.evaluate(OPEN_DOCUMENT);
      await pair(page, daemon);
      await photopea.evaluate('photopea.documents[0].active = [1, 2]');
      await page.getByText('Edit 2 layers').waitFor();
      await expectAccessible(page);
      await page.getByRole('radio', { name: 'anywhere' }).check();
      await edit(page, 'Edit 2 layers');
      await page.getByRole('button', { name: 'Keep all 2' }).click();
      const glance = () => photopea.evaluate<Glance>(GLANCE);
      const name = 'a yellow cat → a yellow dog';
      await eventually(async () => (await glance()).outline).toBe(`${name}, sticker, ${name}, photo, paper`);
      await eventually(async () => (await glance()).active).toEqual([1, 2]);

      await page.reload();
      await page.getByText('Connected', { exact: true }).waitFor();
      await page.context().close();
    },
    LONG,
  );

  it('say so where Photopea cannot be reached, and find each other when it can', async () => {
    const page = await newPage(null);
    let isReachable = false;
    await page.route('https://www.photopea.com/**', (route) =>
      isReachable ? route.fallback() : route.abort('internetdisconnected'),
    );
    await page.goto(linkBeside(daemon.port));
    await page.getByText('Opening Photopea').waitFor();
    await page.getByText('Photopea does not answer', { exact: true }).waitFor();
    await expectAccessible(page);
    isReachable = true;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.cover').waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('need a permission for the panel in Photopea', async () => {
    const page = await newPage(null);
    const [failed] = await Promise.all([
      page.waitForEvent('requestfailed', (request) => request.url().endsWith('/photopea/')),
      page.goto(linkInside(daemon.port)),
    ]);
    expect(failed.failure()?.errorText).toBe('net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS');
    await page.context().close();
  });

  it('are shown to each other only: a page elsewhere may not show the panel, even with the permission', async () => {
    const address = `http://localhost:${daemon.port}/photopea/`;
    const page = await newPage('https://elsewhere.example');
    await page.goto(address);
    await page.getByText('This page belongs inside Photopea').waitFor();
    await page
      .context()
      .route('https://elsewhere.example/', (route) =>
        route.fulfill({ contentType: 'text/html', body: `<iframe src="${address}"></iframe>` }),
      );
    const [refused] = await Promise.all([
      page.waitForEvent('console', (message) => message.text().includes('frame-ancestors')),
      page.goto('https://elsewhere.example/'),
    ]);
    expect(refused.type()).toBe('error');
    await page.context().close();
  });
});
