/** @file The pictures: `load_X.png` is what the official script makes of `image_X.png`. */

import { decodePicture, type Picture } from '../../../daemon/src/imaging/picture.ts';
import { difference } from '../difference.ts';
import { type CropOffsets, referenceLoad } from '../referenceLoad.ts';
import type { Report } from '../report.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES, type Tolerance } from '../tolerances.ts';

/** A picture that the official script has loaded from `image_X.png`. */
export const LOADED = /^load_(.+?)(_offsets)?\.png$/;

/** The crop of every `*_offsets.png` (golden README, loading). */
const OFFSETS: CropOffsets = { left: 10, right: 25, top: 5, bottom: 12 };

/** The official script's picture, in bytes: there is one right answer, and one off is allowed as for all u8 pictures. */
const TOLERANCE: Tolerance = TOLERANCES.bytes;

/** Adds a row for every picture that it knows what to do with. */
export async function checkLoading(report: Report, { golden }: Subject): Promise<void> {
  const read = (file: string) => decodePicture(golden.path(file));
  for (const file of golden.files.filter((name) => name.endsWith('.png'))) {
    const [, loaded, offsets] = LOADED.exec(file) ?? [];
    if (loaded !== undefined) {
      const source = `image_${loaded}.png`;
      if (!golden.has(source)) continue;
      const expected = await read(file);
      addRow(
        report,
        file,
        referenceLoad(await read(source), expected.width, offsets ? OFFSETS : undefined),
        expected,
      );
      if (!report.covers(source))
        report.add({ file: source, name: 'pixels', verdict: 'input', note: `of ${file}` });
    } else if (/^image\d*\.png$/.test(file)) {
      // A square picture of the size that is asked for is taken as it is.
      const expected = await read(file);
      addRow(report, file, referenceLoad(expected, expected.width), expected);
    }
  }
}

function addRow(report: Report, file: string, actual: Picture, expected: Picture): void {
  const same = actual.width === expected.width && actual.height === expected.height;
  const found = difference(actual.rgb, expected.rgb);
  report.add({
    file,
    name: 'pixels',
    verdict: same && found.absolute <= TOLERANCE.limit ? 'pass' : 'FAIL',
    difference: found,
    tolerance: TOLERANCE,
    ...(same ? {} : { note: `ours is ${actual.width} x ${actual.height}` }),
  });
}
