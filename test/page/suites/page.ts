/** The daemon's page in a real browser, with a real daemon and the smallest model. */

import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { describeInBrowser, expectAccessible, openPage, tabTo } from '../browser.ts';
import { type Place, usePlace } from '../place.ts';

describeInBrowser('the page', () => {
  let place: Place;
  let page: Page;

  usePlace(async (opened) => {
    place = opened;
    page = await openPage(place.browser, place.daemon.link);
  });

  const button = (name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' });
  const layers = () => page.getByRole('navigation', { name: 'Pictures' }).getByRole('listitem');

  const asksBeforeItIsLeft = () =>
    page.evaluate<boolean>(`!dispatchEvent(new Event('beforeunload', { cancelable: true }))`);
  /** Whether a part of the panel is within the window, and not above the panel, which scrolls. */
  const isSeen = async (part: Locator): Promise<boolean> => {
    const [box, panel] = await Promise.all([part.boundingBox(), page.locator('aside').boundingBox()]);
    if (box === null || panel === null) return false;
    return box.y >= panel.y && box.y + box.height <= page.viewportSize()!.height;
  };

  /** The golden model, with few steps. */
  async function makeQuick(on: Page, steps = 3): Promise<void> {
    await on.getByText('Advanced').click();
    await on.getByLabel('Model', { exact: true }).selectOption('modelA');
    await on.getByLabel('Steps', { exact: true }).fill(String(steps));
    await on.getByText('Advanced').click();
  }

  async function downloaded(): Promise<{ data: Buffer; width: number; height: number }> {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    const { data, info } = await sharp(readFileSync(await download.path()))
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  }

  it('is let in by the printed link, which it forgets', async () => {
    await page.getByText('Connected', { exact: true }).waitFor();
    expect(page.url()).toBe(`http://127.0.0.1:${place.daemon.port}/`);
    await expectAccessible(page);
  });

  it('opens an example with its words, and marks what changes', async () => {
    await button(/striped red ball/).click();
    await page.getByText('This replaces “ball” with “star”.').waitFor();
    expect(await page.locator('mark.new').textContent()).toBe('star');
    expect(await page.locator('mark.gone').textContent()).toBe('ball');
    await makeQuick(page);
    await page.getByRole('radio', { name: 'Quick' }).check();
    await expectAccessible(page);
  });

  it('edits it, shows before and after, and keeps the result as a layer', async () => {
    await button('Edit').click();
    await button('Keep').waitFor();
    // What the daemon has to say of so few steps.
    expect(
      await page
        .getByRole('status')
        .getByText(/^3 steps are few/)
        .count(),
    ).toBe(1);
    // The panel scrolls in itself.
    expect(await page.evaluate<number>('document.documentElement.scrollHeight - innerHeight')).toBe(0);
    await page.getByRole('slider', { name: 'Before and after' }).fill('30');
    await expectAccessible(page);
    expect(await layers().count()).toBe(1);
    expect(await asksBeforeItIsLeft()).toBe(false);
    await button('Keep').click();
    await expect.poll(() => layers().count()).toBe(2);
    expect(await asksBeforeItIsLeft()).toBe(true);
    expect(await layers().first().textContent()).toContain('→ a striped red star');
    expect(await downloaded()).toMatchObject({ width: 128, height: 128 });
  });

  it('knows that the next edit starts at once, and where the model sees a word', async () => {
    await page.getByText(/^Ready: edits take about \d+ s/).waitFor();
    await button('meadow').hover();
    await page.getByAltText('Where the model sees “meadow”').waitFor();
  });

  it('changes nothing outside of what was painted', async () => {
    await layers().last().getByRole('button').first().click();
    const before = await downloaded();
    await button('Brush').click();
    await page.getByRole('application').click({ position: { x: 300, y: 300 } });
    await button('Brush').click();
    expect(await page.getByRole('radio', { name: 'where you painted' }).isChecked()).toBe(true);
    await page.getByText('Advanced').click();
    await page.getByLabel('Soft edge').fill('2');
    await page.getByText('Advanced').click();
    await button('Edit').click();
    await button('Keep').click();
    await expect.poll(() => layers().count()).toBe(3);
    const after = await downloaded();
    const changed = (x: number, y: number) => {
      const at = (y * 128 + x) * 4;
      return before.data.compare(after.data, at, at + 4, at, at + 4) !== 0;
    };
    const places = Array.from({ length: 128 * 128 }, (_, i) => [i % 128, Math.floor(i / 128)] as const);
    const different = places.filter(([x, y]) => changed(x, y));
    expect(different.length).toBeGreaterThan(20);
    // The brush is 15 % of the side wide, and 4 pixels more are soft.
    const widest = Math.max(...different.map(([x]) => x)) - Math.min(...different.map(([x]) => x));
    expect(widest).toBeLessThan(128 * 0.15 + 8);
    await page.getByRole('radio', { name: 'anywhere' }).check();
  });

  it('opens an earlier edit again', async () => {
    const target = page.getByLabel('What it should be');
    await target.fill('something else');
    await page
      .getByRole('region', { name: /Earlier edits/ })
      .getByRole('button')
      .last()
      .click();
    expect(await target.inputValue()).toBe('a striped red star on a meadow');
  });

  it('takes an edit back', async () => {
    await button('Undo').click();
    await expect.poll(() => layers().count()).toBe(2);
    // The panel follows a selection when it has settled.
    await page.waitForTimeout(500);
  });

  it('cancels an edit, in the daemon too', async () => {
    const client = await place.connect();
    await page.getByRole('radio', { name: 'Careful' }).check();
    await makeQuick(page, 40);
    await button('Edit').click();
    await page.locator('.underway').getByText('Learning the picture').waitFor();
    await button('Cancel').click();
    await expect.poll(() => button('Cancel').count()).toBe(0);
    const newest = async () => (await client.call('jobs.list', { limit: 1 })).jobs[0]?.state;
    await expect.poll(newest, { timeout: 20_000 }).toBe('cancelled');
    client.close();
  });

  it('says what went wrong in a sentence', async () => {
    await makeQuick(page, 3);
    await page.getByRole('radio', { name: 'Quick' }).check();
    await page.getByLabel('What it should be').fill('word '.repeat(90));
    await button('Edit').click();
    expect(await page.getByRole('alert').textContent()).toContain('Shorten the prompt');
    await button('Close').click();
  });

  it('shows the progress of an edit that was begun far down', async () => {
    await page.getByLabel('What it should be').fill('a cat');
    await page.getByText('Advanced').click();
    await page.locator('aside .advanced').evaluate((element) => element.scrollIntoView({ block: 'end' }));
    await button('Edit').click();
    await expect.poll(() => isSeen(page.locator('.entry h2'))).toBe(true);
    await button('Discard').click();
    await page.getByText('Advanced').click();
  });

  it('says nothing of an earlier file when another is opened', async () => {
    const noPicture = { name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('no picture') };
    await page.locator('input[type=file]').setInputFiles(noPicture);
    await page.getByText('is no picture').waitFor();
    await page.locator('input[type=file]').setInputFiles([]);
    await expect.poll(() => page.getByText('is no picture').count()).toBe(0);
  });

  it('edits several layers in turn', async () => {
    await page.getByLabel('What it should be').fill('a striped red cup on a meadow');
    const [file] = [new URL('../../../plugins/page/src/examples/house.png', import.meta.url).pathname];
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByRole('region', { name: 'Layer' }).getByText('house').waitFor();
    await page.getByLabel('What is in the picture').fill('a house');
    await page.getByLabel('What it should be').fill('a cup');
    await layers()
      .last()
      .getByRole('button')
      .first()
      .click({ modifiers: ['ControlOrMeta'] });
    await button('Edit 2 layers').click();
    await button('Keep all 2').click();
    await expect.poll(() => layers().count()).toBe(5);
  });

  it('is fit for the keyboard alone', async () => {
    const own = await place.openPage();
    await tabTo(own, '.examples button');
    await own.keyboard.press('Enter');
    await tabTo(own, '.prompt textarea');
    await tabTo(own, '.prompt textarea');
    await own.keyboard.press('ControlOrMeta+A');
    await own.keyboard.type('a striped red cup on a meadow');
    await tabTo(own, 'summary');
    await own.keyboard.press('Enter');
    await tabTo(own, 'select');
    await own.keyboard.type('modelA');
    await own.keyboard.press('ControlOrMeta+Enter');
    await own.getByRole('button', { name: 'Keep', exact: true }).waitFor();
    await own.locator('h1').click();
    await tabTo(own, '.entry .primary');
    await own.keyboard.press('Enter');
    await expect.poll(() => own.getByRole('navigation').getByRole('listitem').count()).toBe(2);
    await own.context().close();
  });
});
