/** Edits on the demo model mean what they say: what was asked for is there afterwards, and the rest is as it was. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EditOptions, InversionOptions } from '@palimpsest/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { editPicture } from '../../daemon/src/jobs/editJob.ts';
import { demoModelFolder } from '../../daemon/src/settings/paths.ts';
import { InversionStore } from '../../daemon/src/store/inversionStore.ts';
import { Judge, type Verdict } from '../../models/demo/evaluate/judge.ts';
import { pictureOf } from '../../models/demo/evaluate/scenes.ts';
import { fullCaption } from '../../models/demo/world/captions.ts';
import { changeObject, changeScene, type Scene, sampleScene } from '../../models/demo/world/scene.ts';

/** Held-out scenes with one object, drawn flat, whatever their seeds have. */
const SCENES: readonly Scene[] = [50_000_000, 50_000_020, 50_000_040, 50_000_060, 50_000_080, 50_000_100].map(
  (seed) => {
    const scene = sampleScene(seed);
    const alone = { ...scene, objects: scene.objects.slice(0, 1) };
    return changeScene(changeObject(alone, 0, { kind: 'ball', pattern: 'plain' }), { style: 'flat' });
  },
);
/** Of six edits, one may miss: the measures are in models/demo/README.md. */
const ENOUGH = 5;

/** Nothing is learned, and fewer steps than usual: a second for each edit. */
const inversion = InversionOptions.parse({ mode: 'instant', steps: 20 });

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-'));
const networks = new Networks(join(folder, 'graphs'));
const store = new InversionStore(join(folder, 'inversions'));
const model = new StableDiffusion(demoModelFolder(), networks);
let judge: Judge;

beforeAll(async () => {
  judge = await Judge.load(join(demoModelFolder(), 'judge'));
});

afterAll(async () => {
  await judge.dispose();
  await networks.dispose();
  rmSync(folder, { recursive: true });
});

/** What the judge sees after an edit with this prompt. */
async function edited(scene: Scene, target: string): Promise<Verdict> {
  const request = {
    picture: await pictureOf(scene),
    source: fullCaption(scene),
    target,
    inversion,
    edit: EditOptions.parse({}),
  };
  const { picture } = await editPicture(model, store, request);
  return judge.see(picture);
}

const count = (verdicts: readonly Verdict[], right: (verdict: Verdict, scene: Scene) => boolean): number =>
  verdicts.filter((verdict, i) => right(verdict, SCENES[i]!)).length;

describe('an edit on the demo model', () => {
  it('replaces the object, and keeps the place and the style', async () => {
    const verdicts: Verdict[] = [];
    for (const scene of SCENES) {
      verdicts.push(await edited(scene, fullCaption(changeObject(scene, 0, { kind: 'star' }))));
    }
    expect(count(verdicts, ({ kind1 }) => kind1 === 'star')).toBeGreaterThanOrEqual(ENOUGH);
    expect(count(verdicts, ({ setting }, scene) => setting === scene.setting)).toBeGreaterThanOrEqual(ENOUGH);
    expect(count(verdicts, ({ style }) => style === 'flat')).toBeGreaterThanOrEqual(ENOUGH);
  });

  it('changes the colour, and keeps the object and the place', async () => {
    const verdicts: Verdict[] = [];
    const asked = (scene: Scene) => (scene.objects[0]!.colour === 'blue' ? 'yellow' : 'blue');
    for (const scene of SCENES) {
      verdicts.push(await edited(scene, fullCaption(changeObject(scene, 0, { colour: asked(scene) }))));
    }
    expect(count(verdicts, ({ colour1 }, scene) => colour1 === asked(scene))).toBeGreaterThanOrEqual(ENOUGH);
    expect(count(verdicts, ({ kind1 }) => kind1 === 'ball')).toBeGreaterThanOrEqual(ENOUGH);
    expect(count(verdicts, ({ setting }, scene) => setting === scene.setting)).toBeGreaterThanOrEqual(ENOUGH);
  });

  it('refines with a style, and keeps the object and its colour', async () => {
    const verdicts: Verdict[] = [];
    for (const scene of SCENES) verdicts.push(await edited(scene, `a mosaic of ${fullCaption(scene)}`));
    expect(count(verdicts, ({ style }) => style === 'mosaic')).toBeGreaterThanOrEqual(ENOUGH);
    expect(count(verdicts, ({ kind1 }) => kind1 === 'ball')).toBeGreaterThanOrEqual(ENOUGH);
    expect(
      count(verdicts, ({ colour1 }, scene) => colour1 === scene.objects[0]!.colour),
    ).toBeGreaterThanOrEqual(ENOUGH);
  });
});
