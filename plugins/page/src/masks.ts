/** @file What is painted on pictures: the strokes, and the canvas that shows them. */

import { maskValue } from '@palimpsest/protocol';
import type { PixelSize } from '@palimpsest/sdk';
import { signal } from '@preact/signals';
import { type BrushPoint, paintStroke, type Stroke } from './brush.ts';

/** The longest side of the canvas that is painted on: finer than any model sees. */
const MAX_SIDE = 2048;

export class Masks {
  /** Grows when something is painted, erased or taken back; once for a stroke, and once more at its end. */
  readonly changes = signal(0);
  /** Whether the next edit is bounded by what is painted; only then it is shown. */
  readonly heeded = signal(true);
  private readonly strokes = new Map<string, readonly Stroke[]>();
  private readonly canvases = new Map<string, HTMLCanvasElement>();

  /** The canvas to paint on. */
  canvasOf(id: string, { width, height }: PixelSize): HTMLCanvasElement {
    const known = this.canvases.get(id);
    if (known !== undefined) return known;
    const canvas = document.createElement('canvas');
    const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    this.canvases.set(id, canvas);
    return canvas;
  }

  /** What is painted; null where nothing is, also where all of it was erased again. */
  painted(id: string): HTMLCanvasElement | null {
    const canvas = this.canvases.get(id);
    return canvas === undefined || isBlank(canvas) ? null : canvas;
  }

  strokesOf(id: string): readonly Stroke[] {
    return this.strokes.get(id) ?? [];
  }

  /** Shows these strokes and no others. */
  setStrokes(id: string, strokes: readonly Stroke[]): void {
    this.strokes.set(id, strokes);
    const canvas = this.canvases.get(id);
    canvas?.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
    for (const stroke of strokes) if (canvas !== undefined) paintStroke(canvas, stroke);
    this.changes.value++;
  }

  /** Paints on, from the end of the last stroke. */
  extend(id: string, point: BrushPoint): void {
    const stroke = this.strokes.get(id)?.at(-1);
    const canvas = this.canvases.get(id);
    if (stroke === undefined || canvas === undefined) return;
    stroke.points.push(point);
    paintStroke(canvas, stroke, stroke.points.length - 1);
  }
}

/** Whether nothing is painted that the daemon would heed: an eraser with a soft edge leaves a breath of paint. */
function isBlank(canvas: HTMLCanvasElement): boolean {
  const { width, height } = canvas;
  const pixels = canvas.getContext('2d')?.getImageData(0, 0, width, height).data;
  for (let i = 3; pixels !== undefined && i < pixels.length; i += 4) {
    if (pixels[i]! > 0 && maskValue(255, 255, 255, pixels[i]!) > 0) return false;
  }
  return true;
}
