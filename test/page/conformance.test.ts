/** The SDK's conformance suite against the page as an editor, in a real browser. */

import { conformance } from '@palimpsest/sdk/conformance';
import { memoryHost } from '@palimpsest/sdk/memory';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, it } from 'vitest';
import { bundled, describeInBrowser, openBrowser } from './browser.ts';

/** Runs in the browser: a check by its name. What a person does is done to the page's document. */
const IN_BROWSER = `
  import { conformance, cornersOf } from '@palimpsest/sdk/conformance';
  import { decodePng, encodePng } from '@palimpsest/sdk';
  import { PageDocument } from './src/pageDocument.ts';
  import { PageHost } from './src/pageHost.ts';

  async function open() {
    sessionStorage.clear();
    const pages = new PageDocument();
    const hands = {
      addLayer: async (name, { width, height, ...pixels }, { x, y }) => {
        const png = await encodePng({ width, height, ...pixels });
        const { id } = pages.add(name, { png, width, height }, [1, 0, 0, 1, x, y]);
        return id;
      },
      select: async (ids) => { pages.selected.value = ids; },
      remove: async (id) => pages.remove(id),
      selectArea: async (id, area) => {
        const layer = pages.find(id);
        const canvas = pages.paintable(layer);
        canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height);
        if (area !== null) canvas.getContext('2d').fillRect(area.x, area.y, area.width, area.height);
        pages.strokeEnded();
      },
      look: () => Promise.all(pages.layers.value.map(async (layer) => ({
        id: layer.id, name: layer.name, corners: cornersOf(layer), pixels: await decodePng(layer.png),
      }))),
      undo: async () => pages.history.undo(),
      reopen: async () => new PageHost(pages),
    };
    return { host: new PageHost(pages), hands, close: async () => {} };
  }

  globalThis.runCheck = (name) => [...conformance(open)].find((check) => check.name === name).run();
`;

describeInBrowser('the page as an editor', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await openBrowser();
    page = await browser.newPage();
    // A place of the browser's own, with storage; nothing is fetched.
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
    await page.goto('http://localhost/');
    await page.evaluate(await bundled(IN_BROWSER));
  });
  afterAll(() => browser?.close());

  for (const { name } of conformance(memoryHost)) {
    it(name, () => page.evaluate<void>(`runCheck(${JSON.stringify(name)})`));
  }
});
