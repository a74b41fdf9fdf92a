/** @file What a conformance check needs of an editor besides its host: the hands of the person in front of it. */

import type { EditorHost } from '../editorHost.ts';
import type { Layer } from '../hostData.ts';
import type { Pixels } from '../png.ts';

/** A rectangle in units of a layer's box. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A layer as it is in the document, pixels and all, read without the host's help where the editor allows that. */
export interface SeenLayer {
  readonly id: string;
  readonly name: string;
  /** The corners in the document, from the box's upper left one on, clockwise. */
  readonly corners: readonly { readonly x: number; readonly y: number }[];
  readonly pixels: Pixels;
}

/** Does to the editor what a person would do. The document starts empty. */
export interface EditorHands {
  /** Adds a layer of these pixels on top, one unit for each pixel, and selects nothing. Returns its id. */
  addLayer(name: string, pixels: Pixels, offset: { readonly x: number; readonly y: number }): Promise<string>;
  /** Selects exactly these layers. */
  select(ids: readonly string[]): Promise<void>;
  /** Removes a layer. */
  remove(id: string): Promise<void>;
  /** Selects an area of a layer as the mask, or nothing. Left out where the host's maskName is null. */
  selectArea?(id: string, area: Area | null): Promise<void>;
  /** The layers of the document, the topmost first. */
  look(): Promise<readonly SeenLayer[]>;
  /** The editor's undo, once. */
  undo(): Promise<void>;
  /** Changes the colours of the editor's interface. Left out where nobody can. */
  setColourScheme?(scheme: 'light' | 'dark'): Promise<void>;
  /** Closes the panel and opens it again in the same document: returns the new host. */
  reopen(): Promise<EditorHost>;
}

/** A host in an editor with an empty document. */
export interface HostUnderTest {
  readonly host: EditorHost;
  readonly hands: EditorHands;
  /** Ends the editor. */
  close(): Promise<void>;
}

/** The corners of a layer's box in the document, as its transform has it. */
export function cornersOf({
  width,
  height,
  transform: [a, b, c, d, e, f],
}: Pick<Layer, 'width' | 'height' | 'transform'>): SeenLayer['corners'] {
  const box = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ] as const;
  return box.map(([x, y]) => ({ x: a * x + c * y + e, y: b * x + d * y + f }));
}
