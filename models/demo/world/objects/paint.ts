/** @file What a drawing function gets: the colours and the outline of the object that it draws. */

/** Colours for one object. `fill` is a colour or a reference to a pattern. */
export interface Paint {
  /** Main part: the colour that the caption names, with the pattern. */
  readonly fill: string;
  /** The main colour without the pattern. */
  readonly base: string;
  readonly dark: string;
  readonly light: string;
  /** Width of outlines in units of the 100 x 100 box; 0 for none. */
  readonly line: number;
}

/** Draws an object into a 100 x 100 box whose bottom is the ground. Returns SVG elements. */
export type DrawObject = (paint: Paint) => string;

/** Attributes of an outlined shape. */
export function outlined(paint: Paint, fill: string): string {
  return paint.line > 0
    ? `fill="${fill}" stroke="${paint.dark}" stroke-width="${paint.line}" stroke-linejoin="round" stroke-linecap="round"`
    : `fill="${fill}"`;
}

/** Attributes of an open line, drawn also where shapes have no outline. */
export function stroked(colour: string, width: number): string {
  return `fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"`;
}
