/** Each of Photopea's known oddities alone: an edit inside a soft selection goes well all the same. */

import { HostError } from '@palimpsest/sdk';
import { describe, expect, it } from 'vitest';
import { render } from './fake/render.ts';
import { type NO_TRAITS, TRAIT_NAMES } from './fake/traits.ts';
import { editInside, forever, openScene, type Scene, SOURCE, selectSoftly } from './scene.ts';

/** A script that dies takes its work with it; the next one has to go well. */
const SURVIVED_BY_FAILING = 'silentDeath';

async function expectEdited(scene: Scene): Promise<void> {
  const { document, photopea, source, ids, hands } = scene;
  source.opacity = 60;
  source.blendMode = 'multiply';
  const selection = selectSoftly(document);
  const steps = document.steps;

  const { before, grey, placed } = await editInside(scene);

  expect(before.rgba).toEqual(source.pixels.rgba);
  for (let i = 0; i < SOURCE.width * SOURCE.height; i++) {
    const [x, y] = [(i % SOURCE.width) + SOURCE.x, Math.floor(i / SOURCE.width) + SOURCE.y];
    const inCanvas = x < document.width && y < document.height;
    expect(grey.rgba[4 * i]).toBe(inCanvas ? selection[y * document.width + x] : 0);
  }

  const made = hands.layer(placed.id);
  const order = document.all().map(({ id }) => id);
  expect(order).toEqual(ids.toSpliced(ids.indexOf(source.id), 0, made.id));
  expect(made).toMatchObject({
    name: 'a dog → a tiger',
    opacity: 60,
    blendMode: 'multiply',
    x: SOURCE.x,
    y: SOURCE.y,
  });
  expect(Buffer.from(made.mask!)).toEqual(Buffer.from(withinSource(selection, document.width)));
  expect(Buffer.from(document.selection!)).toEqual(Buffer.from(selection));
  expect(document.active).toEqual([source.id]);
  expect(photopea.documents).toEqual([document]);
  expect(document.layers.some(({ name }) => name.startsWith('palimpsest'))).toBe(false);
  // What Photopea cannot do in one step (below) leaves more.
  if (!photopea.traits.lockedBackgrounds && !photopea.traits.otherVersion)
    expect(document.steps).toBe(steps + 1);
}

/** The layer's mask is known where the layer is; elsewhere it has nothing to hide. */
const withinSource = (levels: Uint8ClampedArray, width: number): Uint8ClampedArray =>
  levels.map((level, i) => {
    const [x, y] = [(i % width) - SOURCE.x, Math.floor(i / width) - SOURCE.y];
    return x >= 0 && y >= 0 && x < SOURCE.width && y < SOURCE.height ? level : 0;
  });

describe('an edit inside a soft selection', () => {
  it('goes well where nothing is odd', async () => {
    await expectEdited(await openScene());
  });

  for (const trait of TRAIT_NAMES.filter((name) => name !== SURVIVED_BY_FAILING)) {
    it(`goes well with ${trait}`, async () => {
      await expectEdited(await openScene({ [trait]: true }));
    });
  }

  it('goes well with all of them but the death of a script', async () => {
    const all = Object.fromEntries(TRAIT_NAMES.map((name) => [name, true])) as Record<
      keyof typeof NO_TRAITS,
      true
    >;
    await expectEdited(await openScene({ ...all, silentDeath: false }));
  });

  it('fails with a sentence when a script dies without a word, leaves nothing, and goes well the next time', async () => {
    const scene = await openScene({ silentDeath: true });
    const { host, document, photopea, sourceId } = scene;
    const before = render(document).rgba;
    const failure = await host.exportPixels(sourceId, 1, forever()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HostError);
    expect(String(failure)).toContain('Photopea does not answer');
    expect(photopea.documents).toEqual([document]);
    expect(render(document).rgba).toEqual(before);
    await expectEdited(scene);
  });

  it('takes as many steps as Photopea needs where it puts copies on top', async () => {
    const scene = await openScene({ otherVersion: true });
    const { steps } = scene.document;
    selectSoftly(scene.document);
    await editInside(scene);
    // The selection, the copy, its move.
    expect(scene.document.steps).toBe(steps + 3);
  });
});

describe('the scripts', () => {
  it('never open a smart object, nor hide anything of the person', async () => {
    const scene = await openScene();
    selectSoftly(scene.document);
    await editInside(scene);
    expect(scene.photopea.scripts.length).toBeGreaterThan(10);
    for (const script of scene.photopea.scripts) expect(script).not.toContain('app.open(');
  });
});
