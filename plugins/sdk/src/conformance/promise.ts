/** @file The shape of a check, and what the checks share. */

import { HostError } from '../editorHost.ts';
import type { HostErrorCode } from '../hostData.ts';
import type { Pixels } from '../png.ts';
import type { HostUnderTest, SeenLayer } from './hands.ts';

/** One promise of the contract. */
export interface Check {
  /** As a sentence about the host: "places a result exactly over its source". */
  readonly name: string;
  /** Rejects, with what is wrong, where the promise is broken. The editor is empty, and only this check's. */
  run(editor: HostUnderTest): Promise<void>;
}

/** A promise that a host has broken. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}

/** @throws {BrokenPromise} */
export function promise(kept: boolean, otherwise: string): asserts kept {
  if (!kept) throw new BrokenPromise(otherwise);
}

/** @throws {BrokenPromise} when the work does not fail with that code. */
export async function fails(work: () => Promise<unknown>, code: HostErrorCode): Promise<void> {
  const error = await work().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  promise(error instanceof HostError, `It should fail with a HostError ${code}, and gave ${String(error)}.`);
  promise(error.code === code, `It should fail with ${code}, and failed with ${error.code}.`);
  promise(error.message.length > 10, 'The error should say what to do.');
}

/** The same on both sides, to a hundredth of a unit. */
export function sameCorners(actual: SeenLayer['corners'], expected: SeenLayer['corners']): void {
  const off = Math.max(
    ...expected.map(({ x, y }, i) =>
      Math.hypot(x - (actual[i]?.x ?? Infinity), y - (actual[i]?.y ?? Infinity)),
    ),
  );
  promise(off < 0.01, `The corners should be ${text(expected)}, and are ${text(actual)}.`);
}

/** Equal where opaque; where not, alpha alone counts, since some editors keep no colour under transparency. */
export function samePixels(actual: Pixels, expected: Pixels): void {
  promise(
    actual.width === expected.width && actual.height === expected.height,
    `There should be ${expected.width} x ${expected.height} pixels, and there are ${actual.width} x ${actual.height}.`,
  );
  for (let i = 0; i < expected.rgba.length; i += 4) {
    const [is, should] = [actual.rgba.slice(i, i + 4), expected.rgba.slice(i, i + 4)];
    const same = should[3] === 255 ? should.every((value, k) => is[k] === value) : is[3] === should[3];
    promise(same, `Pixel ${i / 4} should be ${text([...should])}, and is ${text([...is])}.`);
  }
}

/** Everything that a person would see of the document. */
export async function wholeDocument({ hands }: HostUnderTest): Promise<string> {
  return text((await hands.look()).map((layer) => ({ ...layer, pixels: [...layer.pixels.rgba] })));
}

/** A small picture in which every pixel is different; with `holes`, some are half or wholly transparent. */
export function pattern(width: number, height: number, seed: number, holes = false): Pixels {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const alpha = holes && i % 5 === 0 ? (i % 2) * 128 : 255;
    rgba.set([(i * 5 + seed) % 256, (i * 11 + seed * 3) % 256, (i * 23 + seed * 7) % 256, alpha], i * 4);
  }
  return { width, height, rgba };
}

/** A signal that nobody aborts. */
export const forever = (): AbortSignal => new AbortController().signal;

/** For what was said to have happened to be told. */
export const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

const text = (value: unknown): string => JSON.stringify(value);
