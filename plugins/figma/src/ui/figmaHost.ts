/**
 * @file Figma as an editor. The sandbox speaks and acts for it; pictures are corrected here, where there is a canvas.
 */

import { untilAborted } from '@palimpsest/protocol';
import {
  type EditorHost,
  HostError,
  type HostEvent,
  type Layer,
  type LayerPixels,
  memoryOfCopy,
  type NoticeKind,
  type PixelSize,
  type PlacedResult,
  pixelSize,
  readMemory,
  sizeOfPng,
  writeMemory,
} from '@palimpsest/sdk';
import type { RawPicture } from '../messages.ts';
import type { Sandbox } from './sandbox.ts';

/** What the host needs of the window that it is in. */
export interface HostDependencies {
  /** Draws the part of a picture that shows the layer's box, upright and without its opacity, as a PNG of the given size. */
  redraw(picture: RawPicture, size: PixelSize): Promise<Uint8Array<ArrayBuffer>>;
  colourScheme(): 'light' | 'dark';
  /** Listens for other colours; returns what ends that. */
  onColourScheme(listener: () => void): () => void;
}

export class FigmaHost implements EditorHost {
  readonly editor = 'Figma';
  /** Of images in Figma. */
  readonly maxSide = 4096;
  /** Figma selects layers, never a part of one. */
  readonly maskName = null;

  private readonly sandbox: Sandbox;
  private readonly dependencies: HostDependencies;

  constructor(sandbox: Sandbox, dependencies: HostDependencies) {
    this.sandbox = sandbox;
    this.dependencies = dependencies;
  }

  selection(): Promise<readonly Layer[]> {
    return this.sandbox.ask('selection', {});
  }

  find(id: string): Promise<Layer | null> {
    return this.sandbox.ask('find', { id });
  }

  /** The panel is opened anew in each file. */
  documentOf(_: Layer, mark: boolean): Promise<string | null> {
    return this.sandbox.ask('documentMark', { mark });
  }

  async exportPixels(id: string, scale: number, signal: AbortSignal): Promise<LayerPixels> {
    const picture = await untilAborted(signal, this.sandbox.ask('exportPixels', { id, scale }));
    const size = pixelSize(picture, scale);
    const png = showsExactly(picture, size)
      ? picture.bytes
      : await untilAborted(signal, this.dependencies.redraw(picture, size));
    return { png, ...size };
  }

  async mask(): Promise<null> {
    return null;
  }

  async place(result: PlacedResult): Promise<Layer> {
    const [placed] = await this.placeAll([result]);
    return placed!;
  }

  async placeAll(results: readonly PlacedResult[]): Promise<readonly Layer[]> {
    const fitting = await Promise.all(results.map((result) => this.fitted(result)));
    const placed = await this.sandbox.ask('placeAll', { placings: fitting });
    if (fitting.some(({ width }, i) => width < results[i]!.width))
      this.notify(`Figma takes images of up to ${this.maxSide} px. The result was made smaller.`, 'info');
    return placed;
  }

  async remember(id: string, text: string): Promise<void> {
    await this.sandbox.ask('remember', { id, text });
  }

  async recall(id: string): Promise<string | null> {
    const recalled = await this.sandbox.ask('recall', { id });
    if (recalled === null) return null;
    const { text, isCopy } = recalled;
    return isCopy ? writeMemory(memoryOfCopy(readMemory(text))) : text;
  }

  readSetting(name: string): Promise<string | null> {
    return this.sandbox.ask('readSetting', { name });
  }

  async writeSetting(name: string, value: string | null): Promise<void> {
    await this.sandbox.ask('writeSetting', { name, value });
  }

  notify(message: string, kind: NoticeKind): void {
    void this.sandbox.ask('notify', { message, kind });
  }

  colourScheme(): 'light' | 'dark' {
    return this.dependencies.colourScheme();
  }

  on(event: HostEvent, listener: () => void): () => void {
    if (event === 'theme') return this.dependencies.onColourScheme(listener);
    return this.sandbox.onSelection(listener);
  }

  /** Made smaller where Figma could not take it. */
  private async fitted(result: PlacedResult): Promise<PlacedResult> {
    const { png, width, height } = result;
    const shrink = Math.min(1, this.maxSide / Math.max(width, height));
    if (shrink === 1) return result;
    const size = pixelSize(result, shrink);
    const whole = {
      bytes: png,
      toPicture: [1 / width, 0, 0, 1 / height, 0, 0] as const,
      opacity: 1,
      width,
      height,
    };
    return { ...result, ...size, png: await this.dependencies.redraw(whole, size) };
  }
}

/** Whether a picture is what was asked for, byte for byte: a PNG of that size with the box in it and nothing else. */
function showsExactly({ bytes, toPicture, opacity, width, height }: RawPicture, size: PixelSize): boolean {
  const is = sizeOfPng(bytes);
  if (opacity < 1 || is?.width !== size.width || is.height !== size.height) return false;
  const [a, b, c, d, e, f] = toPicture;
  return Math.max(...[a * width - 1, b * height, c * width, d * height - 1, e, f].map(Math.abs)) < 1e-6;
}

/** For a picture that cannot be read. */
export const unreadable = (cause: unknown): HostError =>
  new HostError('EDITOR_FAILED', 'This picture cannot be read. Make the edit again.', { cause });
