/** A real browser for the tests, where there is one. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { build } from 'esbuild';
import { type Browser, chromium, type Frame, type Page } from 'playwright-core';
import { describe, expect } from 'vitest';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = [process.env.PALIMPSEST_CHROMIUM ?? '', ...PLACES].find((path) => existsSync(path));

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A suite that needs Chromium; without one it is passed over, with a hint. */
export function describeInBrowser(name: string, suite: () => void): void {
  if (executablePath === undefined) {
    console.warn(
      `Passed over: ${name}. It needs Chromium: install it (on Debian: apt install chromium), or name it in PALIMPSEST_CHROMIUM.`,
    );
  }
  describe.skipIf(executablePath === undefined)(name, suite);
}

/** A new browser, with a profile of its own, and maybe with more flags. */
export async function openBrowser(flags: readonly string[] = []): Promise<Browser> {
  if (executablePath === undefined) throw new Error('There is no Chromium.');
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}

/** Long, since other work may share the machine. */
const PATIENCE = 90_000;

/** A page in a profile of its own, whose faults fail the test; with a token it need not be let in. */
export async function openPage(browser: Browser, address: string, token?: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  if (token !== undefined) {
    await context.addInitScript(`sessionStorage.setItem('palimpsest-token', '${token}')`);
  }
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('pageerror', (error) => expect.fail(`the page failed: ${error.message}`));
  await page.goto(address);
  return page;
}

/** What a blind person, or one who cannot tell colours apart, would stumble over on this page. */
export async function expectAccessible(page: Page | Frame): Promise<void> {
  // What fades in has its colours only when it has arrived.
  await page.waitForTimeout(300);
  if (!(await page.evaluate<boolean>(`'axe' in globalThis`))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run({ resultTypes: ['violations'] })`);
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  expect(found).toEqual([]);
}

/** Tabs until the element has the focus, as a person without a mouse has to. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 100; presses++) {
    await page.keyboard.press('Tab');
    const there = await page.evaluate<boolean>(
      `document.activeElement?.matches(${JSON.stringify(selector)})`,
    );
    if (there) return;
  }
  throw new Error(`${selector} cannot be reached by Tab.`);
}

/** TypeScript as one script for a page. */
export async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, loader: 'ts', resolveDir: join(import.meta.dirname, '../../plugins/page') },
    bundle: true,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.css': 'empty', '.png': 'binary' },
    write: false,
  });
  return outputFiles[0]!.text;
}
