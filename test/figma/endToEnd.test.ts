/**
 * From the selection to the result: the real panel in a frame without an origin, under the manifest's policy, the plugin's
 * script in its engine, and the real daemon with the smallest model.
 */

import { decodePng, encodePng, type Pixels } from '@palimpsest/sdk';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, expectAccessible } from '../page/browser.ts';
import { FigmaWindow, PATIENCE } from './openWindow.ts';

interface Node {
  readonly values: Readonly<Record<string, unknown>>;
  readonly corners: readonly (readonly [number, number])[];
}

const [WIDTH, HEIGHT] = [96, 64];
/** Of the quarters of the picture: upper left, upper right, lower left, lower right. */
const QUARTERS = [
  [230, 40, 40],
  [40, 200, 60],
  [50, 60, 220],
  [240, 220, 60],
] as const;

function picture(): Pixels {
  const rgba = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const quarter = (i % WIDTH < WIDTH / 2 ? 0 : 1) + (i < (WIDTH * HEIGHT) / 2 ? 0 : 2);
    rgba.set([...QUARTERS[quarter]!, 255], i * 4);
  }
  return { width: WIDTH, height: HEIGHT, rgba };
}

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
  const selected = async () => (await figma.call<string[]>('selected'))[0]!;
  const inspect = (id: string) => figma.call<Node>('inspect', id);
  const furthest = (one: Node, other: Node) =>
    Math.max(
      ...one.corners.map(([x, y], i) => Math.hypot(x - other.corners[i]![0], y - other.corners[i]![1])),
    );
  /** A picture that the panel shows, as pixels. */
  const shown = async (name: string) => {
    const bytes = await figma.panel
      .getByAltText(name, { exact: true })
      .evaluate(async (image: { readonly src: string }) => [
        ...new Uint8Array(await (await fetch(image.src)).arrayBuffer()),
      ]);
    return decodePng(Uint8Array.from(bytes));
  };
  const expectUpright = ({ width, height, rgba }: Pixels) => {
    for (const [quarter, colour] of QUARTERS.entries()) {
      const x = Math.floor(width * (quarter % 2 === 0 ? 0.25 : 0.75));
      const y = Math.floor(height * (quarter < 2 ? 0.25 : 0.75));
      const is = rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 3);
      // JPEG is not exact.
      expect(Math.max(...colour.map((value, i) => Math.abs(value - is[i]!)))).toBeLessThan(6);
    }
  };
  /** The golden model, with few steps. */
  const makeQuick = async (steps: number) => {
    await figma.panel.getByText('Advanced').click();
    await figma.panel.getByLabel('model', { exact: true }).selectOption('modelA');
    await figma.panel.getByLabel('steps', { exact: true }).fill(String(steps));
    await figma.panel.getByText('Advanced').click();
  };
  /** Keeps the result at hand: it has the very pixels, lies exactly over its source, and nothing else has changed. */
  const expectPlaced = async (over: string): Promise<Node> => {
    const before = await figma.call<string>('documentWithout');
    const after = await shown('After');
    await figma.button('Keep').click();
    await soon(selected).not.toBe(over);
    const [result, original] = [await inspect(await selected()), await inspect(over)];
    expect(furthest(result, original)).toBeLessThan(0.01);
    expect(await decodePng(await figma.pictureOf(await selected()))).toEqual(after);
    expect(await figma.call<string>('documentWithout', await selected())).toBe(before);
    return result;
  };

  it('lets the panel in, once, by a code', async () => {
    await figma.openPanel();
    await soon(status).toBe('Not connected yet');
    await figma.pair();
  });

  it('follows the selection', async () => {
    await figma.panel.getByText('Select a layer').waitFor();
    source = await figma.callWithFile('addPicture', 'photo', await encodePng(picture()), 30, 40);
    await figma.call('set', source, 'relativeTransform', [
      [Math.cos(0.5), Math.sin(0.5), 80],
      [-Math.sin(0.5), Math.cos(0.5), 120],
    ]);
    await figma.call('select', [source]);
    await figma.panel.getByText('photo', { exact: true }).waitFor();
    await figma.panel.getByText('96 × 64').waitFor();
    await expectAccessible(figma.frame);
  });

  it('edits the layer, and places the very pixels exactly over it', async () => {
    await figma.say('a dog', 'a tiger');
    await makeQuick(3);
    await figma.panel.getByRole('radio', { name: 'Quick' }).check();
    await figma.button('Edit').click();
    await figma.button('Keep').waitFor();
    expect(await shown('Before')).toEqual(picture());
    const after = await shown('After');
    expect(after).toMatchObject({ width: WIDTH, height: HEIGHT });
    expect(after).not.toEqual(picture());
    const { values } = await expectPlaced(source);
    expect(values.name).toBe('a dog → a tiger');
  });

  it('opens the recipe again from the result, in a new panel and in the dark', async () => {
    await figma.closePanel();
    await figma.openPanel('dark');
    await soon(status).toBe('Connected');
    await soon(() => figma.panel.getByLabel('What it should be').inputValue()).toBe('a tiger');
    expect(await figma.panel.locator('.palimpsest').getAttribute('data-theme')).toBe('dark');
    await expectAccessible(figma.frame);
  });

  it('goes on with an edit when the panel was closed', async () => {
    await figma.panel.getByLabel('What it should be').fill('a cat');
    await makeQuick(30);
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
      await encodePng(picture()),
    );
    const { name } = (await inspect(id)).values;
    await figma.call('select', [id]);
    await figma.panel.getByAltText(String(name), { exact: true }).waitFor();
    expectUpright(await shown(String(name)));
  });

  it('edits a photo that is a JPEG', async () => {
    const jpeg = sharp(await encodePng(picture())).jpeg({ quality: 100, chromaSubsampling: '4:4:4' });
    const id = await figma.callWithFile<string>('arrange', 'rotated', await jpeg.toBuffer());
    await figma.call('select', [id]);
    await figma.panel.getByText('60 × 40').waitFor();
    await figma.say('a dog', 'a lion');
    await makeQuick(3);
    await figma.panel.getByRole('radio', { name: 'Quick' }).check();
    await figma.button('Edit').click();
    await figma.button('Keep').waitFor();
    expectUpright(await shown('Before'));
    await expectPlaced(id);
  });

  it('changes its size by the corner', async () => {
    const corner = figma.panel.getByRole('button', { name: 'Size of the panel' });
    await corner.focus();
    await corner.press('ArrowRight');
    await soon(() => figma.page.locator('iframe').getAttribute('width')).toBe('380');
  });

  it('breaks no rule of the policy', () => expect(figma.violations).toEqual([]));
});

describeInBrowser('Figma in a browser that guards this machine', () => {
  it('has the panel say so, and what to do', async () => {
    const figma = await FigmaWindow.open({ isPublic: true });
    try {
      await figma.openPanel();
      await figma.panel.getByText('The browser keeps this panel from Palimpsest').waitFor();
      await figma.panel.getByText('The desktop app of your editor needs none of this.').waitFor();
      await expectAccessible(figma.frame);
    } finally {
      await figma.close();
    }
  });
});
