/** @file The brush for surroundings: SVG of a 256 x 256 picture with gradients, hills, clouds and soft light. */
import type { Random } from '../random.ts';

/** Width of what is drawn beyond the picture on each side. */
export const BLEED = 16;

/** Colours along a gradient, each with its place from 0 to 1 and, if it is not opaque, its opacity. */
export type Stops = readonly (readonly [number, string, number?])[];

/** Collects what is drawn, from back to front. */
export class Scenery {
  private readonly defs: string[] = [];
  private readonly body: string[] = [];
  readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  /** Adds SVG elements. */
  add(svg: string): this {
    this.body.push(svg);
    return this;
  }

  /** A gradient over the shape that is filled with it, from top to bottom or along a direction (unit box). */
  linear(stops: Stops, [x1, y1, x2, y2]: readonly number[] = [0, 0, 0, 1]): string {
    return this.define('linearGradient', `x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"`, stops);
  }

  /** A gradient from the middle of the shape outwards. */
  radial(stops: Stops): string {
    return this.define('radialGradient', '', stops);
  }

  private define(kind: string, attributes: string, stops: Stops): string {
    const id = `g${this.defs.length}`;
    const inner = stops.map(
      ([at, colour, opacity = 1]) =>
        `<stop offset="${at}" stop-color="${colour}" stop-opacity="${opacity}"/>`,
    );
    this.defs.push(`<${kind} id="${id}" ${attributes}>${inner.join('')}</${kind}>`);
    return `url(#${id})`;
  }

  /** Elements with soft edges, `radius` wide. */
  soft(radius: number, svg: string): this {
    const id = `g${this.defs.length}`;
    this.defs.push(
      `<filter id="${id}" x="-40%" y="-40%" width="180%" height="180%"><feGaussianBlur stdDeviation="${radius}"/></filter>`,
    );
    return this.add(`<g filter="url(#${id})">${svg}</g>`);
  }

  /** A band across the picture. */
  band(y: number, height: number, fill: string): this {
    return this.add(`<rect x="-20" y="${y}" width="296" height="${height}" fill="${fill}"/>`);
  }

  /** A round light that fades outwards. */
  glow(x: number, y: number, radius: number, colour: string, opacity: number): this {
    const fill = this.radial([
      [0, colour, opacity],
      [0.35, colour, opacity * 0.55],
      [1, colour, 0],
    ]);
    return this.add(`<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}"/>`);
  }

  /** A gradient for land that fades into the air at its foot. */
  haze(ridge: string, foot: string): string {
    return this.linear([
      [0, ridge],
      [0.4, foot],
    ]);
  }

  /** The sun: a bright disc in a wide glow. */
  sun(x: number, y: number, radius: number, colour: string): this {
    return this.glow(x, y, radius * 6, colour, 0.95).add(
      `<circle cx="${x}" cy="${y}" r="${radius}" fill="#fff8dc"/>`,
    );
  }

  /** Up to three clouds on the right of the sun, smaller towards the horizon. */
  clouds(count: number, fill: string, shade: string): this {
    for (let i = 0; i < count; i++) {
      const [x, y] = [this.random.between(112, 134) + i * 58, this.random.between(26, 42) + i * 15];
      this.cloud(x, y, 1.1 - 0.22 * i, fill, shade);
    }
    return this;
  }

  /** A way that winds from a point on the horizon to the picture's bottom, where it is `width` wide. */
  road(far: number, near: number, top: number, width: number, colour: string, opacity: number): this {
    const bend = this.random.pick([-1, 1]) * this.random.between(14, 34);
    const steps = Array.from({ length: 13 }, (_, i) => i / 12);
    const edge = (side: number) => (t: number) => {
      const x = far + (near - far) * t ** 1.4 + bend * Math.sin(Math.PI * t ** 0.7);
      return `${(x + side * (0.8 + (width / 2) * t ** 1.5)).toFixed(1)} ${(top + (262 - top) * t).toFixed(1)}`;
    };
    const outline = [...steps.map(edge(-1)), ...steps.reverse().map(edge(1))].join(' L');
    return this.soft(1.6, `<path d="M${outline} Z" fill="${colour}" opacity="${opacity}"/>`);
  }

  /** The skyline of rolling or jagged land, filled down to the picture's bottom. */
  land(y: number, swing: number, bumps: number, fill: string, jagged = false): this {
    return this.add(`<path d="${landPath(this.random, y, swing, bumps, jagged)}" fill="${fill}"/>`);
  }

  /** A cloud of soft puffs, flat below. */
  cloud(x: number, y: number, scale: number, fill: string, shade: string): this {
    const { random } = this;
    const puffs = Array.from({ length: 5 }, (_, i) => {
      const dx = (i - 2) * 11 + random.between(-2, 2);
      const r = (12 - Math.abs(i - 2) * 2.6) * random.between(0.9, 1.15);
      return { dx, dy: -r * 0.42, r };
    });
    const draw = (colour: string, down: number): string =>
      `${puffs
        .map(({ dx, dy, r }) => `<circle cx="${dx}" cy="${dy + down}" r="${r}" fill="${colour}"/>`)
        .join('')}<rect x="-27" y="${-5 + down}" width="54" height="9" rx="4.5" fill="${colour}"/>`;
    return this.soft(
      1.2,
      `<g transform="translate(${x} ${y}) scale(${scale})">${draw(shade, 3)}${draw(fill, 0)}</g>`,
    );
  }

  /** The finished SVG: the picture with BLEED around it, so that soft edges do not fade at its border. */
  svg(zoom: number): string {
    const size = 256 + 2 * BLEED;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${size * zoom}" height="${size * zoom}" viewBox="${-BLEED} ${-BLEED} ${size} ${size}"><defs>${this.defs.join('')}</defs>${this.body.join('')}</svg>`;
  }
}

/** Path of a skyline through random points. */
export function landPath(random: Random, y: number, swing: number, bumps: number, jagged = false): string {
  const step = 256 / bumps;
  const points = Array.from({ length: bumps + 3 }, (_, i) => ({
    x: (i - 1) * step + random.between(-0.2, 0.2) * step,
    y: y + (i % 2 === 0 ? -1 : 1) * swing * random.between(0.35, 1),
  }));
  const first = points[0]!;
  const line = jagged
    ? points.map((p) => `L${p.x.toFixed(1)} ${p.y.toFixed(1)}`).join(' ')
    : points
        .slice(1)
        .map((p, i) => {
          const before = points[i]!;
          const middle = ((before.x + p.x) / 2).toFixed(1);
          return `C${middle} ${before.y.toFixed(1)} ${middle} ${p.y.toFixed(1)} ${p.x.toFixed(1)} ${p.y.toFixed(1)}`;
        })
        .join(' ');
  return `M-20 ${first.y} L${first.x} ${first.y} ${line} L300 ${points.at(-1)!.y} V290 H-20 Z`;
}
