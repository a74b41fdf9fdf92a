/** Put-together pictures: what is found as a change, and what comes of it at the original's size. */

import { describe, expect, it } from 'vitest';
import { resizeBicubic } from '../../../daemon/src/imaging/bicubic.ts';
import {
  type ChangeField,
  changeField,
  type Keeping,
} from '../../../daemon/src/imaging/change/changeField.ts';
import { enlarged, planeOf } from '../../../daemon/src/imaging/change/plane.ts';
import { putChange } from '../../../daemon/src/imaging/change/putChange.ts';
import type { Picture, Size } from '../../../daemon/src/imaging/picture.ts';

const MODEL: Size = { width: 96, height: 64 };
const KEEPING: Keeping = { words: null, strength: 0.5, detail: 0 };

type Colour = readonly [number, number, number];
const WHITE: Colour = [230, 230, 230];
const RED: Colour = [200, 40, 40];
const BLUE: Colour = [40, 60, 200];

/** A picture by a function of the place, 0 to 1 along each side. */
function drawn({ width, height }: Size, colour: (x: number, y: number) => Colour): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++)
    rgb.set(colour(((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height), 3 * i);
  return { width, height, rgb };
}

const scaled = ({ width, height, rgb }: Picture, size: Size): Picture => ({
  ...size,
  rgb: resizeBicubic({ width, height, channels: 3, data: rgb }, size.width, size.height).data,
});

/** As a decoder returns a picture: a little off everywhere. */
const redrawn = (picture: Picture): Picture => ({
  ...picture,
  rgb: picture.rgb.map((value, i) => Math.min(255, value + ((i * 7919) % 9))),
});

const isBall = (x: number, y: number) => Math.hypot((x - 0.5) * 1.5, y - 0.5) < 0.25;
const ball = (colour: Colour) => (x: number, y: number) => (isBall(x, y) ? colour : WHITE);

/** The field of an edit of a picture that the model sees as it is. */
const fieldOf = (picture: Picture, edited: Picture, keeping = KEEPING): ChangeField | null =>
  changeField({ picture: scaled(picture, MODEL), source: redrawn(scaled(picture, MODEL)), edited }, keeping);

function differing(a: Picture, b: Picture): number[] {
  return [...Array(a.width * a.height).keys()].filter((i) =>
    [0, 1, 2].some((c) => a.rgb[3 * i + c] !== b.rgb[3 * i + c]),
  );
}

describe('what an edit changed', () => {
  const picture = drawn({ width: 960, height: 640 }, ball(RED));

  it('is nothing where the edit is what the model makes of the source', () => {
    expect(fieldOf(picture, redrawn(scaled(picture, MODEL)))).toBeNull();
  });

  it('is nothing where single pixels are off', () => {
    const edited = redrawn(scaled(picture, MODEL));
    for (const pixel of [100, 2000, 3000]) edited.rgb.fill(0, 3 * pixel, 3 * pixel + 3);
    expect(fieldOf(picture, edited)).toBeNull();
  });

  it('is not what changed where no word looks', () => {
    const two = (first: Colour, second: Colour) => (x: number, y: number) =>
      Math.hypot((x - 0.25) * 1.5, y - 0.5) < 0.15
        ? first
        : Math.hypot((x - 0.75) * 1.5, y - 0.5) < 0.15
          ? second
          : WHITE;
    const source = drawn({ width: 960, height: 640 }, two(RED, RED));
    const edited = redrawn(drawn(MODEL, two(BLUE, BLUE)));
    const words = planeOf(MODEL, (i) => Number(i % MODEL.width < MODEL.width / 2));
    const { picture: result } = putChange(source, fieldOf(source, edited, { ...KEEPING, words })!);
    expect(differing(source, result).every((i) => i % 960 < 480)).toBe(true);
    expect(differing(source, result).length).toBeGreaterThan(10_000);
  });

  it('is less when more is to be kept', () => {
    const faint = redrawn(drawn(MODEL, ball([140, 60, 60])));
    expect(fieldOf(picture, faint, { ...KEEPING, strength: 0 })).not.toBeNull();
    expect(fieldOf(picture, faint, { ...KEEPING, strength: 1 })).toBeNull();
  });
});

describe('an original with a change put on it', () => {
  it.each<Size>([
    { width: 96, height: 64 },
    { width: 61, height: 40 },
    { width: 960, height: 640 },
    { width: 1203, height: 401 },
    { width: 333, height: 1000 },
  ])('is the original bit for bit outside the mask, at $width x $height', (size) => {
    const holding = (colour: Colour) =>
      drawn(size, (x, y) => (isBall(x, y) ? colour : [255 * x, 255 * y, (9973 * x * y) % 256]));
    const alpha = new Uint8Array(size.width * size.height).map((_, i) => i % 256);
    const picture: Picture = { ...holding(RED), alpha };
    const edited = redrawn(scaled(holding(BLUE), MODEL));
    const { picture: result, mask } = putChange(picture, fieldOf(picture, edited)!);
    expect(differing(picture, result).filter((i) => mask.data[i] === 0)).toEqual([]);
    expect(mask.data.some((value) => value === 0)).toBe(true);
    expect(result.alpha).toBe(picture.alpha);
    const middle = Math.floor(size.height / 2) * size.width + Math.floor(size.width / 2);
    for (const c of [0, 1, 2]) expect(result.rgb[3 * middle + c]).toBeCloseTo(BLUE[c]!, -1.4);
  });

  it('keeps lettering on a thing that gets another colour, and its edges', () => {
    const lettered = (colour: Colour) => (x: number, y: number) =>
      isBall(x, y) ? (Math.floor(x * 240) % 2 === 0 && Math.abs(y - 0.5) < 0.05 ? WHITE : colour) : WHITE;
    const picture = drawn({ width: 960, height: 640 }, lettered(RED));
    const edited = redrawn(scaled(drawn({ width: 960, height: 640 }, lettered(BLUE)), MODEL));
    const { picture: result } = putChange(picture, fieldOf(picture, edited)!);
    const wanted = drawn({ width: 960, height: 640 }, lettered(BLUE));
    const off = (a: Picture, b: Picture) =>
      a.rgb.reduce((sum, value, i) => sum + Math.abs(value - b.rgb[i]!), 0) / a.rgb.length;
    // The model's own picture, brought up, has neither.
    expect(off(result, wanted)).toBeLessThan(off(scaled(edited, picture), wanted) / 3);
  });

  it('shows nothing of a thing that is gone', () => {
    const picture = drawn({ width: 960, height: 640 }, ball(RED));
    const edited = redrawn(drawn(MODEL, () => WHITE));
    const { picture: result } = putChange(picture, fieldOf(picture, edited)!);
    const off = result.rgb.reduce((most, value, i) => Math.max(most, Math.abs(value - WHITE[i % 3]!)), 0);
    expect(off).toBeLessThan(24);
  });
});

describe('an edit of the whole picture', () => {
  const fine = (x: number, y: number): Colour =>
    Math.floor(x * 480) % 2 ? [90, 90, 90] : [130, 130, 130 + y];
  const picture = drawn({ width: 960, height: 640 }, fine);
  const edited = drawn(MODEL, () => [60, 140, 110]);
  const contrast = (p: Picture) => Math.abs(p.rgb[3 * 200_000]! - p.rgb[3 * 200_002]!);
  const at = (detail: number) =>
    putChange(
      picture,
      changeField(
        { picture: scaled(picture, MODEL), source: scaled(picture, MODEL), edited },
        { words: 'everywhere', strength: 0.5, detail },
      )!,
    );

  it('is all of it, with as much of the fine detail as is asked for', () => {
    expect(at(0).mask.data.every((value) => value === 255)).toBe(true);
    expect(contrast(at(0).picture)).toBeLessThan(3);
    expect(contrast(at(1).picture)).toBeGreaterThan(30);
    expect(contrast(at(0.5).picture)).toBeCloseTo(contrast(at(1).picture) / 2, -1);
  });
});

it('planes grow by linear interpolation', () => {
  const small = planeOf({ width: 2, height: 1 }, (i) => i);
  expect([...enlarged(small, { width: 4, height: 1 }).data]).toEqual([0, 0.25, 0.75, 1]);
});
