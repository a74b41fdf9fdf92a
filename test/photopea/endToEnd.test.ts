/** The panel in Photopea and beside it, in a real browser, with a real daemon and the smallest model. */

import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { linkBeside, linkInside } from '../../daemon/src/server/photopea.ts';
import { describeInBrowser, expectAccessible, openBrowser } from '../page/browser.ts';
import { type StartedDaemon, somePort, startDaemon } from '../server/daemon.ts';
import { fakePhotopea } from './fake/fakePage.ts';
import type { Traits } from './fake/traits.ts';
import { OPEN_DOCUMENT, pair } from './person.ts';

const PATIENCE = 60_000;
/** Of a test with a whole edit in it. */
const LONG = 400_000;
const PHOTOPEA = 'https://www.photopea.com';
/** As `expect.poll`, but longer: other work may share the machine. */
const eventually = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: PATIENCE });

/** What the document is like, for a comparison. */
interface Seen {
  readonly documents: number;
  readonly layers: readonly { readonly id: number; readonly name: string; readonly masked: boolean }[];
  readonly active: readonly number[];
  readonly selection: readonly number[];
  readonly steps: number;
  readonly picture: readonly number[];
}

const LOOK = `(() => {
  const document = photopea.documents[0];
  return {
    documents: photopea.documents.length,
    layers: document.all().map(({ id, name, mask }) => ({ id, name, masked: mask !== null })),
    active: [...document.active],
    selection: [...document.selection],
    steps: document.steps,
    picture: [...render(document).rgba],
  };
})()`;

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

  /** @param allowed the site that the person has let reach programs on this computer, when the browser asked. */
  async function newPage(allowed: string | null, traits: Partial<Traits> = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
    if (allowed !== null) await context.grantPermissions(['local-network-access'], { origin: allowed });
    await fakePhotopea(context, traits);
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => expect.fail(`a page failed: ${error.message}`));
    return page;
  }

  async function edit(panel: Page | FrameLocator, label: string | RegExp = 'Edit'): Promise<void> {
    await panel.getByLabel('What is in the picture').fill('a yellow cat');
    // When it gets the focus, it takes over the words above.
    await panel.getByLabel('What it should be').focus();
    await panel.getByLabel('What it should be').fill('a yellow dog');
    await panel.getByText('Advanced').click();
    await panel.getByLabel('model', { exact: true }).selectOption('modelA');
    await panel.getByLabel('steps', { exact: true }).fill('3');
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

      await panel.getByRole('radio', { name: 'inside the selection' }).check();
      await edit(panel);
      await panel.getByRole('button', { name: 'Keep', exact: true }).click();
      await eventually(async () => (await page.evaluate<Seen>(LOOK)).layers.length).toBe(4);
      await eventually(async () => (await page.evaluate<Seen>(LOOK)).documents).toBe(1);

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
      await edit(page, 'Edit 2 layers');
      await page.getByRole('button', { name: 'Keep all 2' }).click();
      const seen = async () => await photopea.evaluate<Seen>(LOOK);
      await eventually(async () => (await seen()).layers.length).toBe(5);
      const name = 'a yellow cat → a yellow dog';
      expect((await seen()).layers.map((layer) => layer.name)).toEqual([
        name,
        'sticker',
        name,
        'photo',
        'paper',
      ]);
      await eventually(async () => (await seen()).active).toEqual([1, 2]);

      await page.reload();
      await page.getByText('Connected', { exact: true }).waitFor();
      await page.context().close();
    },
    LONG,
  );

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
