/** @file The shadow that objects throw on the ground: dark where they touch it, and soft to the right, away from the light. */
import { blur, type Field } from './fields.ts';
import { PICTURE_SIDE, type SceneObject } from './scene.ts';

/** How far the cast shadow leans to the right and how flat it lies, per pixel of height. */
const LEAN = 0.42;
const FLATNESS = 0.17;
/** Height above the ground in which an object touches it, and how far shadows blur, in pixels of the scene. */
const FOOT = 6;
const REACH = 16;

/**
 * Adds one object's shadow to a field of 0 (lit) to 1.
 * @param cover Opacity of the object, 0 to 1.
 */
export function addShadow(shadow: Field, cover: Field, object: SceneObject, side: number): void {
  const zoom = side / PICTURE_SIDE;
  const ground = Math.round(object.ground * zoom);
  const rows = Math.ceil(object.side * zoom * FLATNESS);
  const first = Math.max(0, ground - rows - REACH * zoom);
  const last = Math.min(side, ground + REACH * zoom);
  const [cast, contact] = [new Float32Array((last - first) * side), new Float32Array((last - first) * side)];
  for (let row = 0; row <= rows; row++) {
    const height = row / FLATNESS;
    const from = Math.max(0, ground - 1 - Math.round(height)) * side;
    const to = (Math.min(side - 1, ground - row) - first) * side;
    const lean = Math.round(height * LEAN);
    const strength = 1 - 0.55 * (row / rows);
    for (let x = lean; x < side; x++) cast[to + x] = strength * cover[from + x - lean]!;
  }
  const [low, high] = [Math.round(ground - FOOT * zoom), Math.min(side, Math.round(ground + FOOT * zoom))];
  for (let x = 0; x < side; x++) {
    let touch = 0;
    for (let y = low; y < high; y++) touch = Math.max(touch, cover[y * side + x]!);
    for (let y = Math.round(ground - 2 * zoom); y <= Math.min(last - 1, ground + 4 * zoom); y++)
      contact[(y - first) * side + x] = touch;
  }
  const [softCast, softContact] = [blur(cast, side, 3 * zoom), blur(contact, side, 2 * zoom)];
  for (let i = 0, p = first * side; i < cast.length; i++, p++) {
    const here = Math.min(1, 0.62 * softCast[i]! + 0.75 * softContact[i]!);
    shadow[p] = 1 - (1 - shadow[p]!) * (1 - here);
  }
}
