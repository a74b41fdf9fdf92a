/** @file The places: each drawn once for every layout, and kept. */
import sharp from 'sharp';
import { emptyPlanes, type Planes } from '../fields.ts';
import { mixSeed, Random } from '../random.ts';
import { LAYOUTS, PICTURE_SIDE } from '../scene.ts';
import { SETTINGS, type Setting } from '../vocabulary.ts';
import { beach } from './beach.ts';
import { desert } from './desert.ts';
import { forest } from './forest.ts';
import { meadow } from './meadow.ts';
import { night } from './night.ts';
import { room } from './room.ts';
import { BLEED, Scenery } from './scenery.ts';
import { snow } from './snow.ts';

const DRAW_SETTING: Readonly<Record<Setting, (scenery: Scenery) => void>> = {
  meadow,
  beach,
  night,
  room,
  snow,
  desert,
  forest,
};

/** Chosen so that among the layouts of each place every sky (or season, or wall) comes up. */
const SALT = 18;

const drawn = new Map<string, Promise<Planes>>();

async function draw(setting: Setting, layoutSeed: number, side: number): Promise<Planes> {
  const scenery = new Scenery(new Random(mixSeed(layoutSeed, SALT + SETTINGS.indexOf(setting))));
  DRAW_SETTING[setting](scenery);
  const zoom = side / PICTURE_SIDE;
  const bleed = Math.round(BLEED * zoom);
  const raw = await sharp(Buffer.from(scenery.svg(zoom)))
    .extract({ left: bleed, top: bleed, width: side, height: side })
    .removeAlpha()
    .raw()
    .toBuffer();
  const planes = emptyPlanes(side);
  for (let p = 0; p < side * side; p++) for (let c = 0; c < 3; c++) planes[c]![p] = raw[3 * p + c]!;
  return planes;
}

/** A place as a square picture; details follow from the layout seed alone. Not to be written to. */
export function renderSetting(setting: Setting, layoutSeed: number, side: number): Promise<Planes> {
  const key = `${setting}/${layoutSeed}/${side}`;
  const known = drawn.get(key);
  if (known !== undefined) return known;
  if (drawn.size >= SETTINGS.length * LAYOUTS) drawn.delete(drawn.keys().next().value!);
  const fresh = draw(setting, layoutSeed, side);
  drawn.set(key, fresh);
  return fresh;
}
