/** @file The shadow that objects throw on the ground: dark where they touch it, and soft to the right, away from the light. */
import type { Field } from './fields.ts';
import { blur } from './fields.ts';
import type { SceneObject } from './scene.ts';

/** How far the cast shadow leans to the right and how flat it lies, per pixel of height. */
const LEAN = 0.42;
const FLATNESS = 0.17;

/**
 * Adds one object's shadow to a field of 0 (lit) to 1.
 * @param cover Opacity of the object, 0 to 1.
 */
export function addShadow(shadow: Field, cover: Field, object: SceneObject, side: number): void {
  const zoom = side / 256;
  const ground = Math.round(object.ground * zoom);
  const top = Math.max(0, Math.round((object.ground - object.side) * zoom));
  const rows = Math.ceil((ground - top) * FLATNESS);
  const cast = new Float32Array(side * side);
  for (let row = 0; row <= rows; row++) {
    const height = row / FLATNESS;
    const from = Math.max(0, ground - 1 - Math.round(height)) * side;
    const to = Math.min(side - 1, ground - row) * side;
    const lean = Math.round(height * LEAN);
    const strength = 1 - 0.55 * (row / rows);
    for (let x = lean; x < side; x++) cast[to + x] = strength * cover[from + x - lean]!;
  }
  const contact = new Float32Array(side * side);
  const foot = Math.round(6 * zoom);
  for (let x = 0; x < side; x++) {
    let touch = 0;
    for (let y = ground - foot; y < ground + foot && y < side; y++)
      touch = Math.max(touch, cover[y * side + x]!);
    for (let dy = -2 * zoom; dy <= 4 * zoom; dy++) {
      const y = Math.round(ground + dy);
      if (y < side) contact[y * side + x] = touch;
    }
  }
  const [softCast, softContact] = [blur(cast, side, 3 * zoom), blur(contact, side, 2 * zoom)];
  for (let p = 0; p < shadow.length; p++) {
    const here = Math.min(1, 0.62 * softCast[p]! + 0.75 * softContact[p]!);
    shadow[p] = 1 - (1 - shadow[p]!) * (1 - here);
  }
}
