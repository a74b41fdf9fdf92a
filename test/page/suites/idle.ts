/** Controls that change nothing as things stand, in the real page: they say what they wait for. */

import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser, expectAccessible } from '../browser.ts';
import { type Place, usePlace } from '../place.ts';

describeInBrowser('a control that changes nothing', () => {
  let place: Place;
  let page: Page;
  usePlace(async (opened) => {
    place = opened;
    page = await place.openPage();
    await page.getByRole('button', { name: /striped red ball/ }).click();
    await page.getByText('This replaces “ball” with “star”.').waitFor();
    await page.getByText('Advanced').click();
  });

  const radio = (name: string) => page.getByRole('radio', { name });
  const slider = (name: string | RegExp) => page.getByRole('slider', { name });
  const field = (label: string) => page.getByLabel(label, { exact: true });
  const choose = (label: string, value: string) => field(label).selectOption(value);
  /** Whether it can be used; where it cannot, a reason stands beside it. */
  async function isIdle(control: Locator, reason: string | RegExp): Promise<boolean> {
    if (!(await control.isDisabled())) return false;
    const titled = control.locator('xpath=ancestor-or-self::*[@title][1]');
    expect(await titled.getAttribute('title')).toMatch(reason);
    return true;
  }

  it('is "Keep colours and texture" while nothing is learned', async () => {
    const [plain, exact] = [
      slider(/Keep colours/),
      page.getByRole('spinbutton', { name: 'Keep colours and texture' }),
    ];
    expect(await isIdle(plain, /choose “Careful”/)).toBe(true);
    expect(await isIdle(exact, /choose “Careful”/)).toBe(true);
    expect(await isIdle(field('Seed'), /random/)).toBe(true);
    expect(await slider(/Keep structure/).isDisabled()).toBe(false);
    await expectAccessible(page);
    await radio('Careful').check();
    expect(await plain.isDisabled()).toBe(false);
    expect(await exact.isDisabled()).toBe(false);
    expect(await field('Seed').isDisabled()).toBe(false);
    await choose('Method of learning', 'nullText');
    expect(await isIdle(plain, /choose “Careful”/)).toBe(true);
    await radio('Quick').check();
  });

  it('is what softens a mask without one, and what bounds a word without one', async () => {
    expect(await isIdle(field('Soft edge'), /you mark/)).toBe(true);
    expect(await isIdle(field('Surroundings'), /you mark/)).toBe(true);
    expect(await isIdle(radio('where you painted'), /Nothing is marked/)).toBe(true);
    // A tooltip alone would be seen by nobody who has no mouse.
    await page.locator('.bounds').getByText('Nothing is marked in the picture yet.').waitFor();
    expect(await isIdle(field('Tightness at a word'), /only at a word/)).toBe(true);
    // Its words are named by scripts alone.
    expect(await field('Tightness of what stays').count()).toBe(0);
    await radio('only at a word').check();
    expect(await field('Tightness at a word').isDisabled()).toBe(false);
    await page.getByRole('button', { name: 'Brush' }).click();
    await page.getByRole('application').click({ position: { x: 100, y: 100 } });
    await page.getByRole('button', { name: 'Brush' }).click();
    expect(await field('Soft edge').isDisabled()).toBe(false);
    expect(await isIdle(field('Tightness at a word'), /only at a word/)).toBe(true);
    await page.getByRole('button', { name: 'Undo' }).click();
  });

  it('is what the chosen editor does not use, and the words that it cannot swap', async () => {
    await choose('Editor', 'sdedit');
    expect(await isIdle(slider(/Keep structure/), /chosen editor/)).toBe(true);
    expect(await isIdle(radio('Gentle'), /chosen editor/)).toBe(true);
    expect(await isIdle(radio('only at a word'), /chosen editor/)).toBe(true);
    await page.getByRole('button', { name: 'meadow', exact: true }).click();
    expect(await isIdle(slider('Strength of “meadow”'), /chosen editor/)).toBe(true);
    expect(await field('How much is drawn anew').isDisabled()).toBe(false);
    expect(await field('Seed').isDisabled()).toBe(false);
    await choose('Editor', 'p2plus');
    expect(await radio('Gentle').isDisabled()).toBe(false);
    const oneForOne = page.getByRole('option', { name: /one for one/ });
    expect(await oneForOne.isDisabled()).toBe(false);
    await field('What it should be').fill('a ball');
    expect(await oneForOne.isDisabled()).toBe(true);
  });
});
