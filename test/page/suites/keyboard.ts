/** The panel for who works by the keyboard, or hears what it shows: in a real browser, with the smallest model. */

import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser, expectAccessible, openPage } from '../browser.ts';
import { type Place, usePlace } from '../place.ts';

/** Notes what a screen reader says by itself: changes of live regions that are there already. */
const LISTEN = `
  globalThis.said = [];
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const region = (target.nodeType === 1 ? target : target.parentElement)?.closest('[role=status]');
      if (region) said.push(region.textContent);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
`;

describeInBrowser('the panel by the keyboard', () => {
  let place: Place;
  let page: Page;

  usePlace(async (opened) => {
    place = opened;
    page = await place.openPage();
    await page.getByText('Connected', { exact: true }).waitFor();
    await button(/striped red ball/).click();
    await setSteps(2);
    await page.getByRole('radio', { name: 'Quick' }).check();
    await page.evaluate(LISTEN);
  });

  const button = (name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' });
  const focused = (on = page) =>
    on.evaluate<string>(`(({ tagName, textContent, ariaLabel }) => tagName === 'BUTTON' ? textContent
      : tagName + ' ' + ariaLabel)(document.activeElement)`);
  const said = () => page.evaluate<string[]>('said');

  async function press(name: string): Promise<void> {
    await button(name).first().focus();
    await page.keyboard.press('Enter');
  }

  async function setSteps(steps: number): Promise<void> {
    await page.getByText('Advanced').click();
    await page.getByLabel('Model', { exact: true }).selectOption('modelA');
    await page.getByLabel('Steps', { exact: true }).fill(String(steps));
    await page.getByText('Advanced').click();
  }

  it('says that an edit is finished, each time', async () => {
    for (let times = 1; times <= 2; times++) {
      await press('Edit');
      await button('Keep').waitFor();
      const news = async () => (await said()).filter((words) => words.endsWith('is finished.'));
      await expect.poll(news).toHaveLength(times);
      expect((await news()).at(-1)).toMatch(/^The edit of “.+” is finished\.$/);
      await press('Discard');
      await expect.poll(() => button('Discard').count()).toBe(0);
    }
  });

  it('goes on at "Edit" when the last result was discarded or kept', async () => {
    await expect.poll(focused).toBe('Edit');
    await press('Edit');
    await press('Keep');
    await expect.poll(() => button('Keep').count()).toBe(0);
    await expect.poll(focused).toBe('Edit');
  });

  it('goes on at the next result when one of several was discarded', async () => {
    for (let results = 1; results <= 2; results++) {
      await press('Edit');
      await expect.poll(() => button('Keep').count(), { timeout: 30_000 }).toBe(results);
    }
    await press('Discard');
    await expect.poll(() => button('Discard').count()).toBe(1);
    await expect.poll(focused).toBe('Keep');
  });

  it('goes on with the result, and at no button, when "Cancel" goes away by itself', async () => {
    await press('Edit');
    await button('Cancel').focus();
    await expect.poll(() => button('Keep').count(), { timeout: 30_000 }).toBe(2);
    expect(await focused()).toMatch(/^ARTICLE .*star/);
    await expectAccessible(page);
    await press('Keep all 2');
    await expect.poll(() => button('Keep').count()).toBe(0);
    await expect.poll(focused).toBe('Edit');
  });

  it('goes on at "Edit" when an edit was cancelled, or its failure was read', async () => {
    await page.getByRole('radio', { name: 'Careful' }).check();
    await setSteps(40);
    await press('Edit');
    await page.locator('.underway').getByText('Learning the picture').waitFor();
    await press('Cancel');
    await expect.poll(focused).toBe('Edit');
    await page.getByLabel('What it should be').fill('word '.repeat(90));
    await press('Edit');
    await page.getByRole('alert').waitFor();
    await press('Close');
    await expect.poll(focused).toBe('Edit');
  });

  it('is where the code is typed in, and goes back or on from there', async () => {
    const own = await openPage(place.browser, place.address);
    const connect = own.getByRole('button', { name: 'Connect', exact: true });
    const askForCode = async () => {
      await connect.focus();
      await own.keyboard.press('Enter');
      await own.getByLabel('Code', { exact: true }).waitFor();
      expect(await focused(own)).toMatch(/^INPUT/);
    };
    await askForCode();
    const code = page.locator('.pairing-code');
    await code.waitFor();
    await own.keyboard.type((await code.textContent()) ?? '');
    await own.keyboard.press('Enter');
    await own.getByText('Connected', { exact: true }).waitFor();
    await expect.poll(() => focused(own)).toBe('SECTION Edits');
    await own.evaluate('sessionStorage.clear()');
    await own.reload();
    await askForCode();
    await own.getByRole('button', { name: 'Back' }).focus();
    await own.keyboard.press('Enter');
    await expect.poll(() => focused(own)).toBe('Connect');
    await own.context().close();
  });
});
