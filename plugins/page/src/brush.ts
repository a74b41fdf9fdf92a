/** @file Painting the mask, by pointer or by keys. */

/** Where the brush is, in pixels of the canvas. */
export interface BrushPoint {
  readonly x: number;
  readonly y: number;
}

export interface Brush {
  /** Of the round tip, as a part of the picture's shorter side. */
  readonly size: number;
  readonly erasing: boolean;
}

/** What was painted without lifting the brush. It grows while it is being painted. */
export interface Stroke {
  readonly brush: Brush;
  readonly points: BrushPoint[];
}

/** Paints a stroke from one of its points on; the dab of the first where it is the only one. */
export function paintStroke(canvas: HTMLCanvasElement, { brush, points }: Stroke, from = 0): void {
  for (let i = from; i < points.length; i++)
    paintLine(canvas, points[Math.max(0, i - 1)]!, points[i]!, brush);
}

function paintLine(canvas: HTMLCanvasElement, from: BrushPoint, to: BrushPoint, brush: Brush): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.globalCompositeOperation = brush.erasing ? 'destination-out' : 'source-over';
  context.lineCap = 'round';
  context.lineWidth = tipOf(canvas, brush);
  // The mask is where there is paint; its colour is for the eye only.
  context.strokeStyle = '#e0452c';
  context.fillStyle = '#e0452c';
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
  // A line of no length leaves nothing.
  context.beginPath();
  context.arc(to.x, to.y, tipOf(canvas, brush) / 2, 0, 2 * Math.PI);
  context.fill();
}

/** The width of the tip in pixels of the canvas. */
export const tipOf = ({ width, height }: HTMLCanvasElement, { size }: Brush): number =>
  Math.max(1, Math.min(width, height) * size);

/** Where an arrow key takes the brush, or null where the key is none. */
export function moved(
  canvas: HTMLCanvasElement,
  { x, y }: BrushPoint,
  key: string,
  brush: Brush,
): BrushPoint | null {
  const step = tipOf(canvas, brush) / 2;
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [
    0, 0,
  ];
  if (dx === 0 && dy === 0) return null;
  const within = (value: number, end: number) => Math.min(end, Math.max(0, value));
  return { x: within(x + dx! * step, canvas.width), y: within(y + dy! * step, canvas.height) };
}
