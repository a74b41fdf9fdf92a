/** @file Objects to SVG: as they look, and as a map that tells their parts apart. */
import { DRAW } from './objects/index.ts';
import type { Fill, Part } from './objects/parts.ts';
import type { SceneObject } from './scene.ts';
import { type Pattern, TONES, type Tones } from './vocabulary.ts';

/** Free border around an object's box, in pixels of the scene. */
export const MARGIN = 8;
/** Half of an outline's width, in pixels of the scene. The silhouette reaches that far beyond a part's path. */
const LINE = 1.3;
/** Period of a pattern, in pixels of the scene: about three cells of the latent grid. */
const periodOf = (object: SceneObject): number => 8 + object.side / 8;
/** Step of the red channel from one part of the map to the next. */
export const PART_STEP = 9;

/** One tile of each pattern, a square of side 1. */
const PATTERN_TILES: Readonly<Record<Exclude<Pattern, 'plain'>, (light: string) => string>> = {
  striped: (light) => `<rect width="0.42" height="1" fill="${light}"/>`,
  dotted: (light) => `<circle cx="0.5" cy="0.5" r="0.29" fill="${light}"/>`,
  checked: (light) => `<path d="M0 0 H0.5 V1 H1 V0.5 H0 Z" fill="${light}"/>`,
};
const PATTERN_TURN = { striped: 'rotate(30)', dotted: 'rotate(45)', checked: '' } as const;

/** The pattern of an object's main fill; it sits at the same place of the box whatever is drawn there. */
function definePattern(pattern: Exclude<Pattern, 'plain'>, tones: Tones, period: number): string {
  return `<pattern id="main" width="1" height="1" patternUnits="userSpaceOnUse"
    patternTransform="scale(${period}) ${PATTERN_TURN[pattern]}"><rect width="1" height="1" fill="${tones.base}"/>
    ${PATTERN_TILES[pattern](tones.light)}</pattern>`;
}

/** A darker tone of a colour, for outlines. */
function darker(colour: string): string {
  const channels = [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16));
  const dark = channels.map((value, i) => Math.round(0.42 * value + 0.1 * [40, 25, 45][i]!));
  return `#${dark.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** One part; `edge` colours a rim of `line` box units around it. */
function drawPart(part: Part, fill: string, edge: string, line: number): string {
  if (part.form === 'decal') return `<path d="${part.path}" fill="${fill}"/>`;
  if (part.form === 'solid')
    return `<path d="${part.path}" fill="${fill}" stroke="${edge}" stroke-width="${2 * line}"/>`;
  const stroke = (colour: string, width: number): string =>
    `<path d="${part.path}" fill="none" stroke="${colour}" stroke-width="${width}"/>`;
  return stroke(edge, part.width + 2 * line) + stroke(fill, part.width);
}

/** An object drawn twice side by side, each in its box with a margin: on the left its colours, on the right its parts. */
export interface ObjectDrawing {
  readonly svg: string;
  /** Width and height of each half, in pixels. */
  readonly size: number;
  /** Rounding of each part of the map, counted from 1, in pixels of the scene; undefined for a full cushion. */
  readonly bevels: readonly (number | undefined)[];
}

/** Draws an object for a picture that is `zoom` times as large as the scene. */
export function drawObject(object: SceneObject, outlined: boolean, zoom: number): ObjectDrawing {
  const tones = TONES[object.colour];
  const scale = object.side / 100;
  const line = LINE / scale;
  const parts = DRAW[object.kind](tones);
  const paint = (fill: Fill): string =>
    fill !== 'main' ? fill : object.pattern === 'plain' ? tones.base : 'url(#main)';
  const edge = (fill: Fill): string =>
    !outlined ? paint(fill) : fill === 'main' || fill === tones.base ? tones.dark : darker(fill);
  const bodies = parts.filter((part) => part.form !== 'decal');
  const colours = parts.map((part) => drawPart(part, paint(part.fill), edge(part.fill), line));
  const map = bodies.map((part, i) => {
    const colour = `rgb(${(i + 1) * PART_STEP},0,0)`;
    return drawPart(part, colour, colour, line);
  });
  const size = Math.round((object.side + 2 * MARGIN) * zoom);
  const place = (left: number): string =>
    `transform="translate(${left + MARGIN * zoom} ${MARGIN * zoom}) scale(${scale * zoom})" stroke-linejoin="round" stroke-linecap="round"`;
  const defs =
    object.pattern === 'plain'
      ? ''
      : `<defs>${definePattern(object.pattern, tones, periodOf(object) / scale)}</defs>`;
  return {
    svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${2 * size}" height="${size}">${defs}
      <g ${place(0)}>${colours.join('')}</g>
      <g ${place(size)} shape-rendering="crispEdges">${map.join('')}</g></svg>`,
    size,
    bevels: [undefined, ...bodies.map(({ bevel }) => (bevel === undefined ? undefined : bevel * scale))],
  };
}
