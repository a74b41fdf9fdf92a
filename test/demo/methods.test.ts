/** docs/methods.md says what the declarations say, and its measure of structure measures structure. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EDIT_METHODS } from '@palimpsest/protocol';
import { describe, expect, it } from 'vitest';
import { EDITORS } from '../../daemon/src/methods/editors.ts';
import { INVERSIONS } from '../../daemon/src/methods/inversions.ts';
import { pictureOf } from '../../models/demo/evaluate/scenes.ts';
import { CELLS, keyOf } from '../../models/demo/methods/cells.ts';
import { methodsDocument } from '../../models/demo/methods/document.ts';
import { DOCS, readResults } from '../../models/demo/methods/results.ts';
import { structureDistance } from '../../models/demo/methods/structure.ts';
import { changeObject, sampleScene } from '../../models/demo/world/scene.ts';

describe('docs/methods.md', () => {
  it('is up to date ("npm run methods" writes it anew)', () => {
    expect(readFileSync(join(DOCS, 'methods.md'), 'utf8')).toBe(methodsDocument(readResults()));
  });

  it('measures every method, each cell once and where it is defined', () => {
    expect(new Set(CELLS.map(({ inversion }) => inversion))).toEqual(new Set(Object.keys(INVERSIONS)));
    expect(new Set(CELLS.map(({ editor }) => editor))).toEqual(new Set(Object.keys(EDITORS)));
    expect(new Set(CELLS.map(keyOf)).size).toBe(CELLS.length);
    expect(CELLS.filter(({ inversion, editor }) => inversion in EDIT_METHODS[editor].notOn)).toEqual([]);
  });
});

describe('the structure distance', () => {
  it('is none from a picture to itself, little under another colour, and more under another layout', async () => {
    const scene = sampleScene(20);
    const picture = await pictureOf(scene);
    const colour = scene.objects[0]!.colour === 'red' ? 'blue' : 'red';
    const recoloured = await pictureOf(changeObject(scene, 0, { colour }));
    const elsewhere = await pictureOf(sampleScene(60));
    expect(structureDistance(picture, picture)).toBe(0);
    const near = structureDistance(picture, recoloured);
    expect(structureDistance(picture, elsewhere)).toBeGreaterThan(2 * near);
  });
});
