/** @file The corner that resizes the window; Figma's windows have none. */

import type { Sandbox } from './sandbox.ts';

/** With the arrow keys, in px. */
const STEP = 20;

const KEYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

/** Adds the corner to the page. */
export function addResizeHandle(page: Element, sandbox: Sandbox): void {
  const handle = document.createElement('button');
  handle.type = 'button';
  handle.className = 'resize-handle';
  handle.ariaLabel = 'Panel size: change it with the arrow keys';
  const resize = (width: number, height: number, done: boolean) =>
    void sandbox.ask('resize', {
      ...{ width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) },
      done,
    });
  let grip: { readonly x: number; readonly y: number } | null = null;
  handle.addEventListener('pointerdown', ({ pointerId, clientX, clientY }) => {
    handle.setPointerCapture(pointerId);
    grip = { x: innerWidth - clientX, y: innerHeight - clientY };
  });
  const move = (event: PointerEvent, done: boolean) => {
    if (grip !== null) resize(event.clientX + grip.x, event.clientY + grip.y, done);
  };
  handle.addEventListener('pointermove', (event) => move(event, false));
  handle.addEventListener('pointerup', (event) => {
    move(event, true);
    grip = null;
  });
  handle.addEventListener('keydown', (event) => {
    const step = KEYS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    resize(innerWidth + step[0], innerHeight + step[1], true);
  });
  page.append(handle);
}
