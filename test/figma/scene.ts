/** What the fake editor asks to be painted. Neither half of the tests has a word for the other's types. */

/** In rows, as Figma has it. */
type Rows = readonly [readonly [number, number, number], readonly [number, number, number]];

export interface Outline {
  readonly transform: Rows;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  readonly round: boolean;
}

export interface PaintedShape extends Outline {
  readonly colour: readonly number[];
  readonly image: {
    readonly hash: string;
    readonly scaleMode: string;
    readonly imageTransform: Rows | null;
  } | null;
  readonly opacity: number;
  readonly clips: readonly Outline[];
}

export interface Scene {
  readonly shapes: readonly PaintedShape[];
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Of all of it together: the exported node's own. */
  readonly opacity: number;
  /** What is shown of the page. */
  readonly bounds: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  readonly scale: number;
}
