/**
 * @file The relief of an object from the map of its parts: each part swells like a cushion that is sewn down at its
 * edge. The height is the root of u, where the Laplacian of u is -4 inside the part: a disc becomes a half sphere. A
 * part with a bevel is held down to that height (a screened equation), so that it stays flat in its middle.
 */
import type { Field } from './fields.ts';

/** Cells along a side of the coarsest level, and the sweeps there and on the finer ones, each twice as fine. */
const COARSEST = 22;
const SWEEPS = [160, 24, 8, 4] as const;

/** Every `step`-th part of the map. */
function thin(parts: Uint8Array, size: number, step: number): { parts: Uint8Array; size: number } {
  const small = Math.ceil(size / step);
  const out = new Uint8Array(small * small);
  const centre = (i: number): number => Math.min(size - 1, i * step + (step >> 1));
  for (let y = 0; y < small; y++)
    for (let x = 0; x < small; x++) out[y * small + x] = parts[centre(y) * size + centre(x)]!;
  return { parts: out, size: small };
}

/** Gauss-Seidel sweeps of the screened equation in every part. The map's border must be empty. */
function relax(u: Field, parts: Uint8Array, size: number, hold: Field, cell: number, sweeps: number): void {
  const source = 4 * cell * cell;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let y = 1; y < size - 1; y++) {
      for (let x = 1, p = y * size + 1; x < size - 1; x++, p++) {
        const part = parts[p]!;
        if (part === 0) continue;
        let sum = source;
        if (parts[p - 1] === part) sum += u[p - 1]!;
        if (parts[p + 1] === part) sum += u[p + 1]!;
        if (parts[p - size] === part) sum += u[p - size]!;
        if (parts[p + size] === part) sum += u[p + size]!;
        u[p] = sum / (4 + hold[part]! * cell * cell);
      }
    }
  }
}

/**
 * Heights of a square map of parts, in pixels of the map.
 * @param bevels Rounding of each part in pixels of the map; undefined for a full cushion.
 */
export function reliefOf(parts: Uint8Array, size: number, bevels: readonly (number | undefined)[]): Field {
  const hold = Float32Array.from(bevels, (bevel) => (bevel === undefined ? 0 : 4 / bevel ** 2));
  let u: Field | undefined;
  let coarse = 0;
  const steps = Math.max(0, Math.round(Math.log2(size / COARSEST)));
  for (let level = 0; level <= steps; level++) {
    const step = 2 ** (steps - level);
    const sweeps = SWEEPS[Math.min(level, SWEEPS.length - 1)]!;
    const map = step === 1 ? { parts, size } : thin(parts, size, step);
    const next = new Float32Array(map.size * map.size);
    if (u !== undefined) {
      for (let y = 0, p = 0; y < map.size; y++)
        for (let x = 0; x < map.size; x++, p++)
          if (map.parts[p] !== 0)
            next[p] = u[Math.min(coarse - 1, y >> 1) * coarse + Math.min(coarse - 1, x >> 1)]!;
    }
    relax(next, map.parts, map.size, hold, step, sweeps);
    u = next;
    coarse = map.size;
  }
  return u!.map(Math.sqrt);
}
