/**
 * @file The whole contract between an editor and Palimpsest. A host does what is written here and decides nothing else:
 * what to edit, how, and what to say is the panel's.
 *
 * Every promise below is held by a check of the conformance suite (conformance/), which runs against any host.
 */

import type { HostErrorCode, Layer, NoticeKind, PlacedResult } from './hostData.ts';
import type { PixelSize } from './pngSize.ts';

/** Pixels of a layer, in its own box: rotation and flips of its transform are not in them. */
export interface LayerPixels extends PixelSize {
  /** A PNG in sRGB, with transparency where the layer has it; only what the layer itself shows. Its size is that of the box
   * times the scale, rounded, at least 1. */
  readonly png: Uint8Array<ArrayBuffer>;
}

/** A picture that is shown over a layer for a while. */
export interface LayerPreview {
  readonly png: Uint8Array<ArrayBuffer>;
  /** What the result is called, as in `PlacedResult`. */
  readonly name: string;
  /** Whether it is the result; else it is still being painted. The host says which. */
  readonly finished: boolean;
}

/** What happens in the editor while the panel is open. */
export type HostEvent =
  /** Other layers are selected, or the same ones look different. Repeats do no harm. */
  | 'selection'
  /** `colourScheme` has changed. */
  | 'theme'
  /** The person marks where a layer may change, for `mask`. Also told at once, of what is marked already. */
  | 'mask'
  /** Nothing is marked any more. */
  | 'unmask';

/** A failure of a host, with a sentence that tells the person what to do. */
export class HostError extends Error {
  override readonly name = 'HostError';

  readonly code: HostErrorCode;

  constructor(code: HostErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

export interface EditorHost {
  /** What the editor is called, for people: "Figma". The daemon shows it when the panel asks to be let in. */
  readonly editor: string;

  /** The longest side in pixels that can be exported and placed. Infinity where there is no limit. */
  readonly maxSide: number;

  /**
   * What bounds a change in this editor, for the sentence "Change only ...": "inside the selection". null where the editor
   * has no such thing; `mask` is not called then.
   */
  readonly maskName: string | null;

  /** The selected layers, the topmost first; empty where none is. Never pixels, never an error for an odd selection. */
  selection(): Promise<readonly Layer[]>;

  /** A layer as it is now, or null where it is gone. */
  find(id: string): Promise<Layer | null>;

  /**
   * The document that a layer is in, or was in before it was deleted: the same text when the document is opened again, and
   * that of no other document as far as the editor tells them apart. null where no open document is known to be it.
   * Edits under way are kept by it, since in another document an id may be that of another layer.
   *
   * @param layer as it was when it was kept.
   * @param mark whether the document may be changed so that it is known again. Nobody sees that, and it happens once.
   */
  documentOf(layer: Layer, mark: boolean): Promise<string | null>;

  /**
   * The pixels of a layer as it is now. Nothing in the document changes, not even for a moment that undo could see.
   *
   * @param scale pixels for each unit of the box.
   * @throws {HostError} LAYER_GONE, LAYER_UNSUITABLE, EDITOR_FAILED.
   * @throws what the signal was aborted with, soon after it is.
   */
  exportPixels(id: string, scale: number, signal: AbortSignal): Promise<LayerPixels>;

  /**
   * Where the layer may change: a grey PNG of the size that is asked for, over the layer's box, white where it may,
   * black where not, grey where the editor's selection is soft. null where nothing is selected.
   *
   * @throws {HostError} LAYER_GONE, EDITOR_FAILED.
   */
  mask(id: string, size: PixelSize, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null>;

  /**
   * Puts a new layer directly above the source, exactly over its box as it lies now (where the source is gone: as it lay
   * when it was exported). One undo of the editor takes back all of it. The source keeps its pixels, place and name,
   * also where it is locked. What is selected afterwards is up to the host.
   *
   * @returns the new layer.
   * @throws {HostError} EDITOR_FAILED; the document is then as it was.
   */
  place(result: PlacedResult): Promise<Layer>;

  /**
   * Does for several results what `place` does for one, all of it in one undo step. Of those with the same source the first
   * lies on top. Left out where the editor cannot join steps: each result is then a step of its own.
   *
   * @returns the new layers, in the order of the results.
   * @throws {HostError} EDITOR_FAILED where one of them cannot be placed; the document is then as it was.
   */
  placeAll?(results: readonly PlacedResult[]): Promise<readonly Layer[]>;

  /**
   * Keeps a text with a layer, in the document where the editor can do that; it replaces the last one. At most 64 kB.
   * It is no secret: documents are passed on. It makes no undo step of its own.
   *
   * @throws {HostError} LAYER_GONE, EDITOR_FAILED.
   */
  remember(id: string, text: string): Promise<void>;

  /**
   * What `remember` or `place` last kept with a layer, or null. Where the editor copies the text along with a layer, the
   * copy's is what `memoryOfCopy` makes of it.
   */
  recall(id: string): Promise<string | null>;

  /** What `writeSetting` last kept under that name, or null. It outlives the panel. */
  readSetting(name: string): Promise<string | null>;

  /**
   * Keeps a text for this person on this machine, or forgets it: the token, and jobs that are under way. It never goes
   * into a document. At most 64 kB.
   */
  writeSetting(name: string, value: string | null): Promise<void>;

  /** Says something in the editor's own way. Short: a hundred characters are sure to be shown. */
  notify(message: string, kind: NoticeKind): void;

  /** Of the editor's interface now. */
  colourScheme(): 'light' | 'dark';

  /** Listens; returns what ends that. */
  on(event: HostEvent, listener: () => void): () => void;

  /**
   * Shows a picture over a layer for as long as it is not null, without changing the document: how an edit comes along,
   * and the result before it is kept. Left out where the editor cannot do that.
   */
  preview?(id: string, preview: LayerPreview | null): void;

  /**
   * Tells whether the next edit will be bounded by what the person has marked, now and with each change. A host that shows
   * the marks itself hides them while they do not count. Left out where the editor shows its own selection.
   */
  heedMarks?(heeded: boolean): void;
}
