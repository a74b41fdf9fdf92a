/** @file A scene as plain data: what is where, in which place and style. */
import { mixSeed, Random } from './random.ts';
import {
  COLOURS,
  type Colour,
  KINDS,
  type Kind,
  type Pattern,
  type Place,
  SETTINGS,
  type Setting,
  type Size,
  STYLES,
  type Style,
} from './vocabulary.ts';

/** Side of every picture, in pixels; also the unit of the scene's own coordinates. */
export const PICTURE_SIDE = 256;

/** One object. The box is a square of `side` pixels, centred on `x`, standing on `ground`. */
export interface SceneObject {
  readonly kind: Kind;
  readonly colour: Colour;
  readonly pattern: Pattern;
  readonly size: Size;
  readonly place: Place;
  readonly x: number;
  readonly ground: number;
  readonly side: number;
}

/** A scene. Everything that is not named here (clouds, hills ...) follows from `layoutSeed`. */
export interface Scene {
  readonly seed: number;
  readonly layoutSeed: number;
  readonly setting: Setting;
  readonly style: Style;
  readonly objects: readonly SceneObject[];
}

/** Attributes of one object that an edit may change; the layout stays. */
export type ObjectChange = Partial<Pick<SceneObject, 'kind' | 'colour' | 'pattern'>>;

/** Sides in pixels. They and all positions are multiples of 8, the cell of the latent grid: far easier to learn. */
const SIDE: Readonly<Record<Size, number>> = { small: 96, medium: 128, big: 160 };
const CENTRES_SINGLE: Readonly<Record<Place, readonly number[]>> = {
  left: [80, 88],
  middle: [112, 128, 144],
  right: [168, 176],
};
const CENTRES_PAIR: Readonly<Record<Size, readonly number[]>> = { small: [64, 72], medium: [64], big: [] };
const GROUNDS = [208, 216, 224];
/** Different surroundings of each setting (clouds, hills ...). */
export const LAYOUTS = 8;

/** Every `HELD_OUT_EVERY`-th seed belongs to the held-out split and is never trained on. */
export const HELD_OUT_EVERY = 20;

/** True if scenes of this seed are kept out of training. */
export function isHeldOut(seed: number): boolean {
  return seed % HELD_OUT_EVERY === 0;
}

function sampleObject(random: Random, place: Place, pair: boolean): SceneObject {
  const size: Size = random.pick(pair ? ['small', 'medium'] : ['small', 'medium', 'medium', 'big', 'big']);
  const centre = random.pick(pair ? CENTRES_PAIR[size] : CENTRES_SINGLE[place]);
  return {
    kind: random.pick(KINDS),
    colour: random.pick(COLOURS),
    pattern: random.chance(0.4) ? 'plain' : random.pick(['striped', 'dotted', 'checked']),
    size,
    place,
    x: pair && place === 'right' ? PICTURE_SIDE - centre : centre,
    ground: random.pick(GROUNDS),
    side: SIDE[size],
  };
}

/** Draws the attributes of the scene with this seed. */
export function sampleScene(seed: number): Scene {
  const random = new Random(mixSeed(seed, 1));
  const pair = random.chance(0.35);
  const setting = random.pick(SETTINGS);
  const style = random.chance(0.25) ? 'flat' : random.pick(STYLES);
  const objects: SceneObject[] = [];
  if (pair) {
    const left = sampleObject(random, 'left', true);
    let right = sampleObject(random, 'right', true);
    while (right.kind === left.kind || right.colour === left.colour)
      right = sampleObject(random, 'right', true);
    objects.push(left, right);
  } else {
    objects.push(sampleObject(random, random.pick(['left', 'middle', 'middle', 'right']), false));
  }
  return { seed, layoutSeed: mixSeed(random.below(LAYOUTS), 2), setting, style, objects };
}

/** The same scene with one object changed: same place, same size, same surroundings. */
export function changeObject(scene: Scene, index: number, change: ObjectChange): Scene {
  const objects = scene.objects.map((object, i) => (i === index ? { ...object, ...change } : object));
  return { ...scene, objects };
}

/** The same scene in another place or style. */
export function changeScene(scene: Scene, change: Partial<Pick<Scene, 'setting' | 'style'>>): Scene {
  return { ...scene, ...change };
}
