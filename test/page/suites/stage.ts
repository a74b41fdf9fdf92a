/** The stage of the daemon's page: painting on it, taking back, and what is saved of it. */

import type { Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';
import { describeInBrowser, expectAccessible } from '../browser.ts';
import { type Place, usePlace } from '../place.ts';

describeInBrowser('the stage', () => {
  let place: Place;
  let page: Page;

  usePlace((opened) => {
    place = opened;
  });
  beforeEach(async () => {
    await page?.context().close();
    page = await place.openPage();
    await button(/striped red ball/).click();
    await page.getByText('This replaces “ball” with “star”.').waitFor();
  });

  const button = (name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' });
  const target = () => page.getByLabel('What it should be');
  const chosen = (name: string) => page.getByRole('radio', { name }).isChecked();
  const pictures = () => page.getByRole('navigation', { name: 'Pictures' }).getByRole('listitem').count();
  /** The part of the mask that is painted. */
  const painted = () =>
    page.evaluate<number>(`(() => {
      const canvas = document.querySelector('.mask canvas');
      if (canvas === null) return 0;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((_, i) => i % 4 === 3).filter((alpha) => alpha > 0).length / (data.length / 4);
    })()`);

  async function paintAt(...places: readonly (readonly [x: number, y: number])[]): Promise<void> {
    await button('Brush').click();
    for (const [x, y] of places) await page.getByRole('application').click({ position: { x, y } });
    await button('Brush').click();
  }

  /** With the golden model, in three steps. */
  async function edit(): Promise<void> {
    await page.getByText('Advanced').click();
    await page.getByLabel('Model', { exact: true }).selectOption('modelA');
    await page.getByLabel('Steps', { exact: true }).fill('3');
    await page.getByText('Advanced').click();
    await button('Edit').click();
    await button('Keep').waitFor();
  }

  it('takes back one stroke after the other, and never the picture or its words', async () => {
    await target().fill('a striped red cup on a meadow');
    await paintAt([100, 100], [300, 300]);
    const both = await painted();
    expect(await chosen('where you painted')).toBe(true);
    await button('Undo').click();
    expect(await painted()).toBeCloseTo(both / 2, 2);
    await page.keyboard.press('ControlOrMeta+Shift+z');
    expect(await painted()).toBe(both);
    await page.keyboard.press('ControlOrMeta+z');
    await button('Redo').click();
    expect(await painted()).toBe(both);
    await button('Undo').click();
    await button('Undo').click();
    expect(await painted()).toBe(0);
    expect(await chosen('anywhere')).toBe(true);
    expect(await button('Undo').isDisabled()).toBe(true);
    expect(await pictures()).toBe(1);
    expect(await target().inputValue()).toBe('a striped red cup on a meadow');
  });

  it('shows the tint of the mask exactly while it bounds the change', async () => {
    await paintAt([100, 100]);
    const tint = page.locator('.mask canvas');
    expect(await tint.count()).toBe(1);
    await page.getByRole('radio', { name: 'anywhere' }).check();
    await expect.poll(() => tint.count()).toBe(0);
    await page.getByRole('radio', { name: 'where you painted' }).check();
    await expect.poll(() => tint.count()).toBe(1);
    await page.getByRole('radio', { name: 'only at a word' }).check();
    await expect.poll(() => tint.count()).toBe(0);
    // Who takes the brush means what is painted.
    await button('Brush').click();
    await expect.poll(() => chosen('where you painted')).toBe(true);
    expect(await tint.count()).toBe(1);
    await page.getByRole('radio', { name: 'anywhere' }).check();
    await expect.poll(() => tint.count()).toBe(0);
    expect(await page.getByRole('application').count()).toBe(0);
  });

  it('brings back what was cleared, and a picture that was removed, with its words and its mask', async () => {
    await target().fill('a striped red cup on a meadow');
    await paintAt([100, 100]);
    const before = await painted();
    await button('Brush').click();
    await button('Clear').click();
    expect(await painted()).toBe(0);
    await button('Undo').click();
    await button('Brush').click();
    expect(await painted()).toBe(before);
    await page.getByRole('navigation').getByRole('listitem').hover();
    await button(/^Remove/).click();
    await button('Undo').click();
    await page.getByRole('region', { name: 'Picture' }).waitFor();
    const said = page.getByRole('status').filter({ hasText: 'Undone' });
    expect(await said.textContent()).toBe(
      'Undone: removing “a striped red ball on a meadow”. “a striped red ball on a meadow” is selected.',
    );
    // The button that was pressed went with the page that it was on.
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Undo');
    expect(await painted()).toBe(before);
    await expect.poll(() => target().inputValue()).toBe('a striped red cup on a meadow');
  });

  it('knows that nothing is painted where all of it was erased, or the brush was only taken', async () => {
    await button('Brush').click();
    expect(await chosen('anywhere')).toBe(true);
    await page.getByRole('application').click({ position: { x: 100, y: 100 } });
    expect(await chosen('where you painted')).toBe(true);
    await button('Eraser').click();
    await page.getByRole('slider', { name: 'Size' }).fill('0.5');
    await page.getByRole('application').click({ position: { x: 100, y: 100 } });
    expect(await painted()).toBe(0);
    expect(await chosen('anywhere')).toBe(true);
  });

  it('shows a result without the tint of its mask, says that it is not kept, and names it by what it shows', async () => {
    await paintAt([300, 300]);
    await edit();
    await page.getByText('Not kept yet').waitFor();
    await expectAccessible(page);
    expect(await page.locator('.mask').count()).toBe(0);
    const download = () => page.getByRole('link', { name: 'Download' }).getAttribute('download');
    expect(await download()).toBe('a striped red star on a meadow.png');
    await button('Keep').click();
    await expect.poll(pictures).toBe(2);
    expect(await page.locator('.mask').count()).toBe(0);
    expect(await download()).toBe('a striped red star on a meadow.png');
    await page.getByRole('navigation').getByRole('listitem').last().getByRole('button').first().click();
    await expect.poll(painted).toBeGreaterThan(0);
    expect(await download()).toBe('a striped red ball on a meadow.png');
  });

  it('shows a new edit where a result was kept and is selected', async () => {
    await edit();
    await page.getByText('Not kept yet').waitFor();
    await button('Keep').click();
    await expect.poll(pictures).toBe(2);
    await button('Undo').click();
    await page
      .getByText(/^Undone: keeping “.*star.*”\. “a striped red ball on a meadow” is selected\.$/)
      .waitFor();
    const selected = page.getByRole('navigation').getByRole('button', { pressed: true });
    expect(await selected.textContent()).toBe('a striped red ball on a meadow');
    await page.keyboard.press('ControlOrMeta+Shift+z');
    await page.getByText(/^Redone: keeping “/).waitFor();
    await expect.poll(pictures).toBe(2);
    await target().fill('a striped red mushroom on a meadow');
    await edit();
    await page.getByText('Not kept yet').waitFor();
    const saved = page.getByRole('link', { name: 'Download' });
    expect(await saved.getAttribute('download')).toBe('a striped red mushroom on a meadow.png');
  });

  it('puts nothing into a field that is typed into, and offers the words above', async () => {
    await page.getByLabel('What is in the picture').fill('a green circuit board');
    await target().fill('');
    await page.locator('h1').click();
    await target().click();
    await page.keyboard.type('a green chocolate');
    expect(await target().inputValue()).toBe('a green chocolate');
    await target().fill('');
    await button('Start from the words above').click();
    await page.keyboard.type(' of chocolate');
    expect(await target().inputValue()).toBe('a green circuit board of chocolate');
  });
});
