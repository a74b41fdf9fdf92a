/**
 * @file The selection that bounded an edit. The result comes already blended with its source; as a layer with a mask it
 * must be what shows through that mask, or the soft edge would count twice.
 */

import { hashPicture, maskValue } from '@palimpsest/protocol';
import type { LayerPixels, PixelSize, Pixels } from '@palimpsest/sdk';
import { Recent } from './recent.ts';

/** A selection as it was when an edit was sent off, in the pixels of the export. */
export interface Area {
  /** What was exported, and its hash, by which recipes name it. */
  readonly before: Uint8Array<ArrayBuffer>;
  readonly image: string;
  /** Black where nothing was selected, white where all was. */
  readonly grey: Uint8Array<ArrayBuffer>;
  /** White, as opaque as the selection was strong: what Photopea can make a layer mask of. */
  readonly white: Uint8Array<ArrayBuffer>;
}

/** The two pictures of a selection. */
export type Selected = Pick<Area, 'grey' | 'white'>;

/** For the exports, and once more for the selections: in bytes. The panel holds most of these pictures as well. */
const ROOM = 256_000_000;

interface Export {
  readonly id: string;
  readonly pixels: LayerPixels;
}

/**
 * The selections of edits that are under way or wait to be kept. An edit asks for its export and then for its selection;
 * several do that at the same time, and thumbnails are exported in between.
 */
export class Areas {
  private readonly exports = new Recent<Export>(ROOM);
  private readonly areas = new Recent<Area>(ROOM);

  /** Of one layer and size, the newest export counts. */
  exported(id: string, pixels: LayerPixels): void {
    this.exports.forget((other) => isOf(other, id, pixels));
    this.exports.add({ id, pixels }, pixels.png.length);
  }

  /** The selection of the edit that has exported a layer at a size. */
  async selected(id: string, size: PixelSize, { grey, white }: Selected): Promise<void> {
    const [found] = this.exports.all((other) => isOf(other, id, size));
    if (found === undefined) return;
    const before = found.pixels.png;
    const area = { before, image: await hashPicture(before), grey, white };
    this.areas.add(area, before.length + grey.length + white.length);
  }

  /** Those of a picture that was edited, the newest first: it may be edited in several places. */
  of(image: string): readonly Area[] {
    return this.areas.all((area) => area.image === image);
  }

  /** An edit is in the document: nobody asks for its selection again. */
  placed(area: Area): void {
    this.areas.forget((other) => other === area);
    this.exports.forget(({ pixels }) => pixels.png === area.before);
  }
}

/** Of mixed colours, in 255ths. */
const ROUNDING = 1;

const isOf = (exported: Export, id: string, { width, height }: PixelSize): boolean =>
  exported.id === id && exported.pixels.width === width && exported.pixels.height === height;

/**
 * The layer that, seen through the mask over the source, looks as the result: (result - (1 - m) before) / m. null where
 * the result differs outside of the mask: it was made with another one.
 */
export function throughMask(result: Pixels, before: Pixels, grey: Pixels): Pixels | null {
  const sizes = [before, grey].every(
    ({ width, height }) => width === result.width && height === result.height,
  );
  if (!sizes) return null;
  const rgba = new Uint8ClampedArray(result.rgba);
  for (let i = 0; i < rgba.length; i += 4) {
    const strength = grey.rgba[i]!;
    // Where it is nearly white, the daemon takes the edit alone.
    if (maskValue(strength, strength, strength, 255) === 255) continue;
    const m = strength / 255;
    const most = m === 0 ? 0 : strength + ROUNDING;
    for (let k = i; k < i + 3; k++) {
      const is = result.rgba[k]!;
      const was = before.rgba[k]!;
      if (Math.abs(is - was) > most && before.rgba[i + 3] === 255) return null;
      if (m > 0) rgba[k] = Math.round((is - (1 - m) * was) / m);
    }
  }
  return { ...result, rgba };
}
