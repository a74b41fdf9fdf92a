/**
 * From the selection to the result: the real panel in a frame without an origin, under the manifest's policy, the plugin's
 * script in its engine, and the real daemon with the smallest model.
 */

import { createServer } from 'node:net';
import { PORTS } from '@palimpsest/protocol';
import { decodePng, encodePng, type Pixels } from '@palimpsest/sdk';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, openBrowser } from '../page/browser.ts';
import { type StartedDaemon, startDaemon } from '../server/daemon.ts';
import { serveEditor } from './serveEditor.ts';

/** Long, since other work may share the machine. */
const PATIENCE = 90_000;

interface Node {
  readonly parent: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly corners: readonly (readonly [number, number])[];
}

/** A soft picture: what the model sees of it is not the point. */
function picture(): Pixels {
  const [width, height] = [96, 64];
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    rgba.set([x * 2, y * 3, Math.hypot(x - 48, y - 32) < 20 ? 220 : 60, 255], i * 4);
  }
  return { width, height, rgba };
}

/** The first of the manifest's ports that is free: the panel looks at no others. */
async function freePort(): Promise<number> {
  for (const port of PORTS) {
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new Error(`The ports ${PORTS.join(', ')} are taken. Stop the daemon that has them, and try again.`);
}

describeInBrowser('Figma from end to end', () => {
  let daemon: StartedDaemon;
  let browser: Browser;
  let page: Page;
  let editor: Awaited<ReturnType<typeof serveEditor>>;
  let panel: FrameLocator;
  let source: string;
  let result: string;
  const violations: string[] = [];

  beforeAll(async () => {
    daemon = await startDaemon(await freePort());
    editor = await serveEditor();
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 420, height: 900 } });
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => expect.fail(`the page failed: ${error.message}`));
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) violations.push(message.text());
    });
    // Daemons of other people on this machine are none of ours.
    for (const port of PORTS.filter((other) => other !== daemon.port)) {
      await page.route(`http://localhost:${port}/**`, (route) => route.abort());
      await page.routeWebSocket(`ws://localhost:${port}/rpc`, (socket) => socket.close());
    }
    await page.goto(editor.address);
    await page.waitForFunction('globalThis.editor !== undefined');
    panel = page.frameLocator('iframe');
  });
  afterAll(async () => {
    await browser?.close();
    editor?.close();
    await daemon?.stop();
  });

  const call = <T>(name: string, ...args: readonly unknown[]): Promise<T> =>
    page.evaluate<T>(`editor.call(${[name, ...args].map((value) => JSON.stringify(value)).join()})`);
  const button = (name: string) => panel.getByRole('button', { name, exact: true });
  const open = (scheme = 'light') => page.evaluate(`editor.open('${scheme}')`);
  const selected = () => call<string[]>('selected');
  const inspect = (id: string) => call<Node>('inspect', id);
  const pixelsOf = async (id: string): Promise<Pixels> =>
    decodePng(Uint8Array.from(await page.evaluate<number[]>(`editor.pictureOf('${id}')`)));
  const status = () => panel.locator('.connection').textContent();
  const soon = <T>(value: () => Promise<T>) => expect.poll(value, { timeout: PATIENCE });
  const furthest = (one: Node, other: Node) =>
    Math.max(
      ...one.corners.map(([x, y], i) => Math.hypot(x - other.corners[i]![0], y - other.corners[i]![1])),
    );

  it('lets the panel in, once, by a code', async () => {
    await open();
    await soon(status).toBe('Not connected yet');
    await button('Connect').click();
    await panel.getByLabel('Code').waitFor();
    const [, code] = /Type this code .*: +(\d{6})/.exec(daemon.output())!;
    await panel.getByLabel('Code').fill(code!);
    await button('Connect').click();
    await soon(status).toBe('Connected');
  });

  it('follows the selection', async () => {
    await panel.getByText('Select a layer').waitFor();
    const png = JSON.stringify([...(await encodePng(picture()))]);
    source = await page.evaluate<string>(`editor.addPicture('photo', ${png})`);
    await call('set', source, 'relativeTransform', [
      [Math.cos(0.5), Math.sin(0.5), 80],
      [-Math.sin(0.5), Math.cos(0.5), 120],
    ]);
    await call('select', [source]);
    await panel.getByText('photo', { exact: true }).waitFor();
    await panel.getByText('96 × 64').waitFor();
  });

  it('edits the layer, and places the very pixels exactly over it', async () => {
    await panel.getByLabel('What is in the picture').fill('a dog');
    // It begins with the words of the picture.
    await panel.getByLabel('What it should be').focus();
    await soon(() => panel.getByLabel('What it should be').inputValue()).toBe('a dog');
    await panel.getByLabel('What it should be').fill('a tiger');
    await panel.getByText('Advanced').click();
    await panel.getByLabel('model', { exact: true }).selectOption('modelA');
    await panel.getByLabel('steps', { exact: true }).fill('3');
    await panel.getByText('Advanced').click();
    await panel.getByRole('radio', { name: 'at once' }).check();
    await button('Edit').click();
    await button('Keep').waitFor();
    const before = await call<string>('documentWithout', '');
    const after = await panel
      .getByAltText('After')
      .evaluate(async (image: { readonly src: string }) => [
        ...new Uint8Array(await (await fetch(image.src)).arrayBuffer()),
      ]);
    await button('Keep').click();
    await soon(async () => (await selected())[0]).not.toBe(source);
    [result] = (await selected()) as [string];
    const [placed, original] = [await inspect(result), await inspect(source)];
    expect(furthest(placed, original)).toBeLessThan(0.01);
    expect(placed.values.name).toBe('a dog → a tiger');
    expect(await pixelsOf(result)).toEqual(await decodePng(Uint8Array.from(after)));
    expect(await pixelsOf(result)).toMatchObject({ width: 96, height: 64 });
    expect(await pixelsOf(result)).not.toEqual(picture());
    expect(await call<string>('documentWithout', result)).toBe(before);
  });

  it('opens the recipe again from the result, in a new panel and in the dark', async () => {
    await page.evaluate('editor.close()');
    await open('dark');
    await soon(status).toBe('Connected');
    await soon(() => panel.getByLabel('What it should be').inputValue()).toBe('a tiger');
    expect(await panel.locator('.palimpsest').getAttribute('data-theme')).toBe('dark');
  });

  it('goes on with an edit when the panel was closed', async () => {
    await panel.getByLabel('What it should be').fill('a cat');
    await panel.getByText('Advanced').click();
    await panel.getByLabel('steps', { exact: true }).fill('30');
    await panel.getByText('Advanced').click();
    await panel.getByRole('radio', { name: 'carefully' }).check();
    await button('Edit').click();
    await panel.locator('.underway').getByText('Learning the picture').waitFor();
    await page.evaluate('editor.close()');
    await open();
    await button('Cancel').waitFor();
    await button('Cancel').click();
    await soon(() => button('Cancel').count()).toBe(0);
  });

  it('takes a result back in one step', async () => {
    await call('undo');
    expect(await call('look')).toHaveLength(1);
  });

  it('changes its size by the corner', async () => {
    const corner = panel.getByRole('separator');
    await corner.focus();
    await corner.press('ArrowRight');
    await soon(() => page.locator('iframe').getAttribute('width')).toBe('380');
  });

  it('breaks no rule of the policy', () => expect(violations).toEqual([]));
});
