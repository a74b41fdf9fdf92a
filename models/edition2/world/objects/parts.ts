/** @file What an object is made of: parts with a relief of their own, from back to front, in a 100 x 100 box. */

/** A fill: a colour, or the object's main fill with its pattern. */
export type Fill = string | 'main';

/** One part of an object. */
export interface Part {
  /** SVG path in box units; the bottom of the box is the ground. */
  readonly path: string;
  readonly fill: Fill;
  /** `solid`: a filled body; `tube`: a thick line; `decal`: painted on what lies below, without relief or outline. */
  readonly form: 'solid' | 'tube' | 'decal';
  /** Width of a tube, in box units. */
  readonly width: number;
  /** How far the edge is rounded, in box units; without it the part swells to its middle like a cushion. */
  readonly bevel: number | undefined;
}

/** Colours that a drawing function gets. */
export interface Paint {
  readonly base: string;
  readonly dark: string;
  readonly light: string;
}

/** The parts of one kind of object, from back to front. */
export type DrawObject = (paint: Paint) => readonly Part[];

/** A filled body that swells like a cushion, or with a bevel like a board. */
export function solid(path: string, fill: Fill, bevel?: number): Part {
  return { path, fill, form: 'solid', width: 0, bevel };
}

/** A thick round line. */
export function tube(path: string, width: number, fill: Fill): Part {
  return { path, fill, form: 'tube', width, bevel: undefined };
}

/** A shape painted on the parts below. */
export function decal(path: string, fill: Fill): Part {
  return { path, fill, form: 'decal', width: 0, bevel: undefined };
}

/** Path of a circle. */
export function circle(x: number, y: number, r: number): string {
  return ellipse(x, y, r, r);
}

/** Path of an ellipse, turned by some degrees about its centre. */
export function ellipse(x: number, y: number, rx: number, ry: number, turn = 0): string {
  const angle = (turn * Math.PI) / 180;
  const [dx, dy] = [rx * Math.cos(angle), rx * Math.sin(angle)].map((v) => Number(v.toFixed(2))) as [
    number,
    number,
  ];
  const arc = `A${rx} ${ry} ${turn} 1 1`;
  return `M${x - dx} ${y - dy} ${arc} ${x + dx} ${y + dy} ${arc} ${x - dx} ${y - dy} Z`;
}

/** Path of a rectangle with round corners. */
export function box(x: number, y: number, width: number, height: number, r = 0): string {
  const corner = (dx: number, dy: number): string => (r === 0 ? '' : `a${r} ${r} 0 0 1 ${dx} ${dy}`);
  return `M${x + r} ${y} h${width - 2 * r} ${corner(r, r)} v${height - 2 * r} ${corner(-r, r)} h${2 * r - width} ${corner(-r, -r)} v${2 * r - height} ${corner(r, -r)} Z`;
}
