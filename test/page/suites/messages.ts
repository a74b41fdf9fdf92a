/** What the page says to a person who is no programmer: of files, of failures, and of options. */

import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeInBrowser } from '../browser.ts';
import { type Place, usePlace } from '../place.ts';

describeInBrowser('the page speaks to people', () => {
  let place: Place;
  let page: Page;
  usePlace((opened) => {
    place = opened;
  });
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const openFile = (name: string, mimeType: string, text: string) =>
    page.locator('input[type=file]').setInputFiles({ name, mimeType, buffer: Buffer.from(text, 'latin1') });

  async function freshPage(): Promise<void> {
    await page?.context().close();
    page = await place.openPage();
    await page.getByText('Connected', { exact: true }).waitFor();
  }

  describe('when nothing is opened', () => {
    beforeAll(freshPage);

    it.each([
      [
        'IMG_1.HEIC',
        '\0\0\0\x18ftypheic',
        /“IMG_1.HEIC” is a HEIC picture, as iPhones take them.*Most Compatible/,
      ],
      ['photo.jxl', '\xff\x0a\0\0', /“photo.jxl” is a JPEG XL.*Export it as a PNG/],
      [
        'photo.png',
        'version https://git-lfs.github.com/spec/v1\noid',
        /is a pointer of Git LFS.*git lfs pull/,
      ],
      ['photo.jpg', '<!DOCTYPE html><html>', /is a web page, not the file itself.*Download the file itself/],
      ['photo.webp', '', /is an empty file/],
      ['clip.mp4', '\0\0\0\x18ftypisom', /is a video.*one of its frames/],
      ['scan.tif', 'II*\0', /TIFF/],
      ['page.pdf', '%PDF-1.7', /PDF/],
      ['logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"><circle', /SVG drawing that is damaged/],
      ['notes.png', 'no picture', /no picture, or a damaged one/],
    ])('of %s, which no browser opens', async (name, text, sentence) => {
      await openFile(name, 'application/octet-stream', text);
      await page.getByText(sentence).waitFor();
    });

    it('that a picture is to be opened first', async () => {
      await page.getByText('Open a picture, or select one, and say what it should become.').waitFor();
    });

    it('of each of several files, what was dropped without a file, and that bits are lost', async () => {
      const file = (name: string, text: string) => ({
        ...{ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text, 'latin1') },
      });
      const files = [file('a.jxl', '\xff\x0a'), file('b.pdf', '%PDF-1.7')];
      await page.locator('input[type=file]').setInputFiles(files);
      await page.getByText(/“a.jxl” is a JPEG XL.*“b.pdf” is a PDF/s).waitFor();
      await page.evaluate(`dispatchEvent(new DragEvent('drop', { dataTransfer: new DataTransfer() }))`);
      await page.getByText(/Nothing was dropped that can be opened/).waitFor();
    });
  });

  describe('when a picture is opened', () => {
    beforeEach(freshPage);

    it.each([
      [
        'with a size',
        '<?xml version="1.0"?>\n<!-- <b> --><svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">',
      ],
      ['with a view box alone', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20">'],
    ])('of an SVG drawing %s, which it opens at 1,024 pixels', async (_, head) => {
      await openFile('logo.svg', 'image/svg+xml', `${head}<circle cx="20" cy="10" r="8" fill="red"/></svg>`);
      await page.getByRole('region', { name: 'Layer' }).getByText('1024 × 512').waitFor();
    });

    it('of a picture with 16 bits a channel, that the result has 8', async () => {
      const deep = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
        .toColourspace('rgb16')
        .png()
        .toBuffer();
      await openFile('deep.png', 'image/png', deep.toString('latin1'));
      await page.getByText(/“deep.png” has more than 8 bits a channel\. Results have 8/).waitFor();
      await page.getByLabel('What is in the picture').fill('a dog');
      await page.getByLabel('What it should be').fill('a cat');
      await page.getByText('Advanced').click();
      await page.getByLabel('Steps', { exact: true }).fill('3');
      await button('Edit').click();
      await page
        .locator('.entry')
        .getByText(/more than 8 bits a channel.*result has 8/)
        .waitFor();
    });

    it('of none for a JPEG that lacks its end marker alone', async () => {
      const jpeg = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'teal' } })
        .jpeg()
        .toBuffer();
      await openFile('photo.jpg', 'image/jpeg', jpeg.subarray(0, -2).toString('latin1'));
      await page.getByRole('region', { name: 'Layer' }).getByText('40 × 30').waitFor();
    });

    it('of a description that is too long, which trying again cannot help', async () => {
      await page.getByRole('button', { name: /striped red ball/ }).click();
      await page.getByText('This replaces “ball” with “star”.').waitFor();
      await page.getByLabel('What it should be').fill('word '.repeat(90));
      await button('Edit').click();
      const said = await page.getByRole('alert').textContent();
      expect(said).toContain('These words would be cut: "word');
      expect(said).not.toMatch(/token|encoder/);
      expect(await button('Try again').count()).toBe(0);
      await button('Close').click();
    });

    it('of the syntax of other programs, while it is typed', async () => {
      await page.getByRole('button', { name: /striped red ball/ }).click();
      const target = page.getByLabel('What it should be');
      await target.fill('a (star:1.3) on a meadow');
      const remark = page.getByText(
        /^“\(star:1\.3\)” is read as .*beside the prompt\. Choose it under “Strength of each word”\.$/,
      );
      await remark.waitFor({ timeout: 5_000 });
      // The sentence below it does not say that all is well.
      await page.getByText(/^Read as it stands, this adds “\(star:1\.3\)”/).waitFor();
      const described = await target.getAttribute('aria-describedby');
      expect(await remark.getAttribute('id')).toBe(described);
      await target.fill('a star <lora:ink:0.8>');
      await page.getByText('“<lora:ink:0.8>” is read as ordinary words').waitFor({ timeout: 5_000 });
      await target.fill('a star');
      await expect.poll(() => page.getByText('is read as ordinary words').count()).toBe(0);
    });

    it('of options, by names that are words, and with the defaults that hold', async () => {
      await page.getByRole('button', { name: /striped red ball/ }).click();
      const advanced = page.locator('aside .advanced');
      await page.getByText('Advanced').click();
      const text = () => advanced.textContent();
      expect(await text()).not.toMatch(/_|default:|usually 30/);
      expect(await text()).toContain('usually 20');
      await page.getByLabel('Steps', { exact: true }).fill('');
      await page.locator('h1').click();
      expect(await page.getByLabel('Steps', { exact: true }).inputValue()).toBe('20');
      await page.getByRole('radio', { name: 'Careful' }).check();
      expect(await text()).toContain('usually 30');
    });
  });
});
