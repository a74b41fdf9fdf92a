/** @file Scene to SVG: the layout is the same in every style, only outlines differ. */
import { DRAW } from './objects/index.ts';
import type { Paint } from './objects/paint.ts';
import { PICTURE_SIDE, type Scene, type SceneObject } from './scene.ts';
import { drawSetting } from './settings.ts';
import { type Style, TONES } from './vocabulary.ts';

/** Outline width in pixels. */
const OUTLINE: Readonly<Record<Style, number>> = {
  flat: 1.8,
  watercolor: 0,
  pencil: 1.5,
  pixel: 2.6,
  mosaic: 1.2,
};

function definePattern(object: SceneObject, id: string): string {
  const tones = TONES[object.colour];
  if (object.pattern === 'striped') {
    return `<pattern id="${id}" width="22" height="22" patternUnits="userSpaceOnUse" patternTransform="rotate(20)">
      <rect width="22" height="22" fill="${tones.base}"/><rect width="8" height="22" fill="${tones.light}"/></pattern>`;
  }
  return `<pattern id="${id}" width="24" height="24" patternUnits="userSpaceOnUse">
    <rect width="24" height="24" fill="${tones.base}"/><circle cx="6" cy="6" r="5" fill="${tones.light}"/>
    <circle cx="18" cy="18" r="5" fill="${tones.light}"/></pattern>`;
}

function drawObject(object: SceneObject, id: string, style: Style): string {
  const tones = TONES[object.colour];
  const scale = object.side / 100;
  const paint: Paint = {
    fill: object.pattern === 'plain' ? tones.base : `url(#${id})`,
    ...tones,
    line: OUTLINE[style] / scale,
  };
  const defs = object.pattern === 'plain' ? '' : `<defs>${definePattern(object, id)}</defs>`;
  const left = (object.x - object.side / 2).toFixed(2);
  const top = (object.ground - object.side).toFixed(2);
  return `${defs}<g transform="translate(${left} ${top}) scale(${scale.toFixed(4)})">${DRAW[object.kind](paint)}</g>`;
}

function drawShadow(object: SceneObject): string {
  const { x, ground, side } = object;
  return `<ellipse cx="${x}" cy="${ground}" rx="${side * 0.46}" ry="${side * 0.06}" fill="#000000" fill-opacity="0.22"/>`;
}

function wrap(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${PICTURE_SIDE}" height="${PICTURE_SIDE}">${content}</svg>`;
}

/** The whole picture. */
export function sceneSvg(scene: Scene): string {
  const shadows = scene.objects.map(drawShadow).join('');
  const objects = scene.objects.map((object, i) => drawObject(object, `p${i}`, scene.style)).join('');
  return wrap(drawSetting(scene.setting, scene.layoutSeed) + shadows + objects);
}

/** One object alone on nothing: its opaque part is the true mask. */
export function objectSvg(scene: Scene, index: number): string {
  return wrap(drawObject(scene.objects[index]!, 'p', 'flat'));
}
