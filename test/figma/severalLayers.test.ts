/** Several layers, from the selection to the results, in the same window and with the same daemon as one layer. */

import { encodePng } from '@palimpsest/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, expectAccessible } from '../page/browser.ts';
import { FigmaWindow, PATIENCE } from './openWindow.ts';
import { expectUpright, quarters } from './quarters.ts';

/** The style is always learned, and the machine may have other work. */
const STYLE_PATIENCE = 300_000;

describeInBrowser('several layers in Figma', () => {
  let figma: FigmaWindow;
  beforeAll(async () => {
    figma = await FigmaWindow.open();
    figma.page.on('pageerror', (error) => expect.fail(`the page failed: ${error.message}`));
    await figma.openPanel();
    await figma.pair();
  });
  afterAll(() => figma?.close());

  const soon = <T>(value: () => Promise<T>) => expect.poll(value, { timeout: PATIENCE });
  const targetWords = () => figma.panel.getByLabel('What it should be').inputValue();
  const selection = () => figma.call<string[]>('selected');
  const arrange = async (name: string) =>
    figma.callWithFile<string>('arrange', name, await encodePng(quarters()));

  it('get an edit each, and all are kept in one step', async () => {
    const sources = [
      await figma.addPicture('one', quarters()),
      await arrange('in a rotated group'),
      await arrange('in an instance'),
    ];
    await figma.call('select', sources);
    await figma.panel.getByText('and 2 more').waitFor();
    await figma.say('a dog', 'a bear');
    await figma.makeQuick(3);
    await figma.button('Edit 3 layers').click();
    await figma.button('Keep all 3').waitFor();
    await figma.panel.getByLabel('What it should be').fill('a fox');
    const before = await figma.call<string>('documentWithout');
    await figma.button('Keep all 3').click();
    await soon(async () => (await selection()).some((id) => sources.includes(id))).toBe(false);
    const results = await selection();
    expect(await figma.call<string>('documentWithout', ...results)).toBe(before);
    const places = async (ids: readonly string[]) =>
      (await Promise.all(ids.map((id) => figma.inspect(id))))
        .map(({ corners }) => corners.flat().map((value) => value.toFixed(2)))
        .sort();
    expect(await places(results)).toEqual(await places(sources));
    // What was typed meanwhile is not lost to the recipe of what is selected now.
    await figma.page.waitForTimeout(500);
    expect(await targetWords()).toBe('a fox');
    expect(await figma.button('Keep').count()).toBe(0);

    await figma.closePanel();
    await figma.openPanel('light', 'edit');
    await soon(targetWords).toBe('a bear');
    await figma.call('undo');
    expect(await figma.call<string>('documentWithout')).toBe(before);
  });

  it('keep their words apart', async () => {
    const [one, two] = [await figma.addPicture('one', quarters()), await figma.addPicture('two', quarters())];
    for (const [id, words] of [
      [one, 'a wolf'],
      [two, 'an owl'],
    ] as const) {
      await figma.call('select', [id]);
      await soon(targetWords).toBe('');
      await figma.say('a dog', words);
      // When typing has rested.
      await soon(async () => JSON.stringify(await figma.call('storage'))).toContain(words);
    }
    await figma.call('select', [one]);
    await soon(targetWords).toBe('a wolf');
    await figma.closePanel();
    await figma.call('select', [two]);
    await figma.openPanel();
    await soon(targetWords).toBe('an owl');
  });

  it('lend each other their style, and are opened again from the result', {
    timeout: STYLE_PATIENCE + PATIENCE,
  }, async () => {
    const painting = await figma.addPicture('painting', quarters());
    const content = await arrange('rotated');
    const { name } = (await figma.inspect(content)).values;
    await figma.call('select', [painting, content]);
    await figma.panel.getByRole('radio', { name: 'style transfer' }).check();
    await figma.panel.getByLabel('What is in the content').fill('a dog');
    await figma.panel.getByLabel('What is in the style').fill('a watercolor');
    await expectAccessible(figma.frame);
    await figma.makeQuick(2, 2);
    await figma.button('Transfer the style').click();
    await figma.button('Keep').waitFor({ timeout: STYLE_PATIENCE });
    expectUpright(await figma.shown('Before'));
    const { values } = await figma.expectKept(content);
    expect(values.name).toBe('a dog in the style of painting');
    const result = await figma.selected();
    expect(await selection()).toEqual([painting, result]);

    await figma.closePanel();
    await figma.call('select', [result]);
    await figma.openPanel('light', 'edit');
    await soon(() => figma.panel.locator('.style-pair dd').allTextContents()).toEqual([name, 'painting']);
    expect(await figma.panel.getByLabel('What is in the style').inputValue()).toBe('a watercolor');
  });
});
