/** Pixels outside of what was painted, and two layers for a style transfer, from a file to the download. */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { DaemonClient } from '@palimpsest/protocol';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { describeInBrowser, expectAccessible } from '../browser.ts';
import { type Place, usePlace } from '../place.ts';

describeInBrowser('pictures on the page', () => {
  let place: Place;
  let client: DaemonClient;

  usePlace(async (opened) => {
    place = opened;
    client = await place.connect();
  });
  afterAll(() => client?.close());

  /** The page with these files, of which the last is selected. */
  async function pageWith(files: { name: string; buffer: Buffer }[]): Promise<Page> {
    const page = await place.openPage();
    for (const file of files) {
      await page
        .locator('input[type=file]')
        .first()
        .setInputFiles({ mimeType: 'image/png', ...file });
      await page.getByRole('region', { name: 'Layer' }).getByText(file.name.replace('.png', '')).waitFor();
    }
    await page.getByText('Advanced').click();
    await page.getByLabel('Model', { exact: true }).selectOption('modelA');
    await page.getByLabel('Steps', { exact: true }).fill('3');
    await page.getByText('Advanced').click();
    return page;
  }
  const pixelsOf = (file: Buffer | Uint8Array) =>
    sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  /** Noise in every channel, alpha among them: no pixel is like another, and none is easy to keep. */
  const noise = (width: number, height: number) =>
    sharp(randomBytes(width * height * 4), { raw: { width, height, channels: 4 } })
      .png()
      .toBuffer();

  it.each([
    [131, 77],
    [65, 203],
  ])('of %i x %i with transparency do not differ where nothing was painted', async (width, height) => {
    const file = await noise(width, height);
    const page = await pageWith([{ name: 'noise.png', buffer: file }]);
    await page.getByLabel('What is in the picture').fill('a dog');
    await page.getByLabel('What it should be').fill('a cat');
    await page.getByRole('button', { name: 'Brush' }).click();
    await page.getByRole('application').click();
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await expect.poll(() => page.getByRole('navigation').getByRole('listitem').count()).toBe(2);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    const after = await pixelsOf(readFileSync(await download.path()));
    const before = await pixelsOf(file);
    expect(after.info).toMatchObject({ width, height });

    const [job] = (await client.call('jobs.list', { limit: 1 })).jobs;
    const { request } = job!;
    if (request.kind !== 'edit') throw new Error('The newest job is no edit.');
    expect(request.edit.context).toBe(0.5);
    const mask = await pixelsOf(await client.getImage(request.mask!));
    const places = Array.from({ length: width * height }, (_, i) => i * 4);
    const differing = places.filter((at) => before.data.compare(after.data, at, at + 4, at, at + 4) !== 0);
    expect(differing.length).toBeGreaterThan(20);
    expect(differing.filter((at) => mask.data[at] === 0)).toEqual([]);
    await page.context().close();
  });

  it('lend each other their style', async () => {
    const page = await pageWith([
      { name: 'painting.png', buffer: await noise(40, 40) },
      { name: 'house.png', buffer: await noise(64, 48) },
    ]);
    const layers = page.getByRole('navigation', { name: 'Pictures' }).getByRole('listitem');
    await layers
      .last()
      .getByRole('button')
      .first()
      .click({ modifiers: ['ControlOrMeta'] });
    await page.getByRole('radio', { name: 'style transfer' }).check();
    const roles = page.getByRole('region', { name: 'Style transfer' }).getByRole('definition');
    await expect.poll(() => roles.allTextContents()).toEqual(['house', 'painting']);
    await page.getByRole('button', { name: 'Swap' }).click();
    await expect.poll(() => roles.allTextContents()).toEqual(['painting', 'house']);
    await page.getByRole('button', { name: 'Swap' }).click();
    await page.getByLabel('What is in the content').fill('a house');
    await page.getByLabel('What is in the style').fill('a painting');
    await page.getByRole('slider', { name: 'How much style' }).fill('0.5');
    await expectAccessible(page);
    await page.getByText('Advanced').click();
    await page.getByLabel('Learning steps').fill('2');
    await page.getByRole('button', { name: 'Transfer the style' }).click();
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await expect.poll(() => layers.count()).toBe(3);
    expect(await layers.first().textContent()).toContain('a house in the style of painting');
    const [job] = (await client.call('jobs.list', { limit: 1 })).jobs;
    expect(job?.request).toMatchObject({ kind: 'style', source: 'a house', options: { styleStrength: 0.5 } });
    await page.context().close();
  });
});
