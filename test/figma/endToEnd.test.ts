/**
 * From the selection to the result: the real panel in a frame without an origin, under the manifest's policy, the plugin's
 * script in its engine, and the real daemon with the smallest model.
 */

import { DaemonClient, EditOptions, InversionOptions } from '@palimpsest/protocol';
import { decodePng, type EditOrder, encodePng, type PendingEdit, type Pixels } from '@palimpsest/sdk';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { describeInBrowser, expectAccessible } from '../page/browser.ts';
import { FigmaWindow, PATIENCE } from './openWindow.ts';
import { expectUpright, HEIGHT, quarters, WIDTH } from './quarters.ts';

describeInBrowser('Figma from end to end', () => {
  let figma: FigmaWindow;
  let source: string;

  beforeAll(async () => {
    figma = await FigmaWindow.open();
    figma.page.on('pageerror', (error) => expect.fail(`the page failed: ${error.message}`));
  });
  afterAll(() => figma?.close());

  const soon = <T>(value: () => Promise<T>) => expect.poll(value, { timeout: PATIENCE });
  const status = () => figma.panel.locator('.connection').textContent();
  const targetWords = () => figma.panel.getByLabel('What it should be').inputValue();

  /** An edit that the panel did not begin, as if one of another version had. */
  const editElsewhere = async (pixels: Pixels): Promise<Omit<PendingEdit, 'layer' | 'document'>> => {
    const { 'setting token': token } = await figma.call<Record<string, string>>('storage');
    const urls = [`ws://localhost:${figma.daemon.port}/rpc`];
    const client = await DaemonClient.connect({ urls, token: token!, webSocket: WebSocket });
    const order: EditOrder = {
      ...{ model: 'modelA', source: 'a dog', target: 'a cat', masking: 'none' },
      inversion: InversionOptions.parse({ mode: 'instant', steps: 3 }),
      edit: EditOptions.parse({}),
    };
    const { masking: _, ...words } = order;
    const image = await client.putImage(await encodePng(pixels));
    const { id: job } = await client.submit('edits.create', { image, ...words });
    client.close();
    return { job, order, image, width: pixels.width, height: pixels.height };
  };
  const grey = (width: number, height: number): Pixels => ({
    ...{ width, height },
    rgba: new Uint8ClampedArray(width * height * 4).fill(160),
  });

  it('lets the panel in, once, by a code', async () => {
    await figma.openPanel();
    await soon(status).toBe('Not connected yet');
    await figma.pair();
  });

  it('has Figma’s colours from top to bottom, also with nothing selected', async () => {
    for (const [scheme, shade] of [
      ['dark', [0x2c, 0x2c, 0x2c]],
      ['light', [0xff, 0xff, 0xff]],
    ] as const) {
      await figma.closePanel();
      await figma.openPanel(scheme);
      await figma.panel.getByText('Select a layer').waitFor();
      const shot = await figma.page.locator('iframe').screenshot();
      const { data, info } = await sharp(shot).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const column = Array.from({ length: info.height }, (_, y) =>
        data.subarray(3 * info.width * y, 3 * info.width * y + 3).join(),
      );
      expect(new Set(column)).toEqual(new Set([shade.join()]));
    }
  });

  it('follows the selection', async () => {
    await figma.panel.getByText('Select a layer').waitFor();
    source = await figma.addPicture('photo', quarters());
    await figma.call('set', source, 'relativeTransform', [
      [Math.cos(0.5), Math.sin(0.5), 80],
      [-Math.sin(0.5), Math.cos(0.5), 120],
    ]);
    await figma.call('select', [source]);
    await figma.panel.getByText('photo', { exact: true }).waitFor();
    await figma.panel.getByText('96 × 64').waitFor();
    await expectAccessible(figma.frame);
  });

  it('sees a see-through layer as it is without that', async () => {
    // With a stroke it is no photo any more, and drawn.
    await figma.call('set', source, 'strokes', [{ type: 'SOLID', color: { r: 0, g: 0, b: 0 } }]);
    await figma.call('set', source, 'opacity', 0.3);
    await soon(async () => (await figma.shown('photo')).width).toBe(480);
    const { width, height, rgba } = await figma.shown('photo');
    const at = 4 * (Math.floor(height / 4) * width + Math.floor(width / 4));
    const is = quarters();
    const was = 4 * (Math.floor(is.height / 4) * is.width + Math.floor(is.width / 4));
    for (let k = 0; k < 4; k++) expect(Math.abs(rgba[at + k]! - is.rgba[was + k]!)).toBeLessThan(6);
    await figma.call('set', source, 'opacity', 1);
    await figma.call('set', source, 'strokes', []);
    await soon(async () => (await figma.shown('photo')).width).toBe(WIDTH);
  });

  it('edits the layer, and places the very pixels exactly over it', async () => {
    await figma.say('a dog', 'a tiger');
    await figma.makeQuick(3);
    await figma.panel.getByRole('radio', { name: 'Quick' }).check();
    await figma.button('Edit').click();
    await figma.button('Keep').waitFor();
    expect(await figma.shown('Before')).toEqual(quarters());
    const after = await figma.shown('After');
    expect(after).toMatchObject({ width: WIDTH, height: HEIGHT });
    expect(after).not.toEqual(quarters());
    const { values } = await figma.expectKept(source);
    expect(values.name).toBe('a dog → a tiger');
  });

  it('opens the recipe again by the button of the result, in a new panel and in the dark', async () => {
    await figma.closePanel();
    const { relaunch } = await figma.inspect(await figma.selected());
    await figma.openPanel('dark', Object.keys(relaunch)[0]);
    await soon(status).toBe('Connected');
    await soon(targetWords).toBe('a tiger');
    expect(await figma.panel.locator('.palimpsest').getAttribute('data-theme')).toBe('dark');
    await expectAccessible(figma.frame);
  });

  it('goes on with an edit when the panel was closed', async () => {
    await figma.panel.getByLabel('What it should be').fill('a cat');
    await figma.makeQuick(30);
    await figma.panel.getByRole('radio', { name: 'Careful' }).check();
    await figma.button('Edit').click();
    await figma.panel.locator('.underway').getByText('Learning the picture').waitFor();
    await figma.closePanel();
    await figma.openPanel();
    await figma.button('Cancel').click();
    await soon(() => figma.button('Cancel').count()).toBe(0);
  });

  it('takes a result back in one step', async () => {
    await figma.call('undo');
    expect(await figma.call('look')).toHaveLength(1);
  });

  it('turns a rotated frame back', async () => {
    const id = await figma.callWithFile<string>(
      'arrange',
      'a frame with a photo in it',
      await encodePng(quarters()),
    );
    const { name } = (await figma.inspect(id)).values;
    await figma.call('select', [id]);
    await figma.panel.getByAltText(String(name), { exact: true }).waitFor();
    expectUpright(await figma.shown(String(name)));
  });

  it('edits a photo that is a JPEG', async () => {
    const jpeg = sharp(await encodePng(quarters())).jpeg({ quality: 100, chromaSubsampling: '4:4:4' });
    const id = await figma.callWithFile<string>('arrange', 'rotated', await jpeg.toBuffer());
    await figma.call('select', [id]);
    await figma.panel.getByText('60 × 40').waitFor();
    await figma.say('a dog', 'a lion');
    await figma.makeQuick(3);
    await figma.panel.getByRole('radio', { name: 'Quick' }).check();
    await figma.button('Edit').click();
    await figma.button('Keep').waitFor();
    expectUpright(await figma.shown('Before'));
    await figma.expectKept(id);
  });

  it('makes a result smaller that is larger than images of Figma can be, and says so', async () => {
    const id = await figma.addPicture('long', grey(1050, 21));
    await figma.call('select', [id]);
    await figma.closePanel();
    const layer = (await figma.ask('find', { id })) as PendingEdit['layer'];
    const document = String(await figma.ask('documentMark', { mark: true }));
    const pending: PendingEdit = { ...(await editElsewhere(grey(4200, 84))), document, layer };
    await figma.ask('writeSetting', { name: 'pending', value: JSON.stringify([pending]) });
    await figma.openPanel();
    await figma.button('Keep').click();
    await soon(figma.selected.bind(figma)).not.toBe(id);
    const seen = await decodePng(await figma.pictureOf(await figma.selected()));
    expect([seen.width, seen.height]).toEqual([4096, 82]);
    expect(await figma.page.evaluate('editor.vm.told.at(-1)')).toEqual({
      kind: 'notify',
      detail: { message: 'Figma takes images of up to 4096 px. The result was made smaller.', error: false },
    });
  });

  it('changes its size by the corner', async () => {
    const corner = figma.panel.getByRole('button', { name: 'Panel size' });
    await corner.focus();
    await corner.press('ArrowRight');
    await soon(() => figma.page.locator('iframe').getAttribute('width')).toBe('380');
  });

  it('breaks no rule of the policy', () => expect(figma.violations).toEqual([]));

  it('says so when there is no daemon', async () => {
    await figma.daemon.kill();
    await soon(status).toContain('lost');
    await figma.closePanel();
    await figma.openPanel();
    await soon(status).toBe('Palimpsest is not running');
    await figma.panel.getByText('npm start', { exact: true }).waitFor();
    await expectAccessible(figma.frame);
  });
});

describeInBrowser('Figma in a browser that guards this machine', () => {
  it('has the panel say so, and what to do', async () => {
    const figma = await FigmaWindow.open({ isPublic: true });
    try {
      await figma.openPanel();
      await figma.panel.getByText('The browser blocks this panel from Palimpsest').waitFor();
      await figma.panel.getByText('The desktop app of your editor needs none of this.').waitFor();
    } finally {
      await figma.close();
    }
  });
});
