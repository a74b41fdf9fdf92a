/** @file What a TIFF says of its channels beyond colour: transparency, or something else, such as a saved selection. */

/** Tag 338 of TIFF 6.0, and its values for transparency: premultiplied, and not. */
const EXTRA_SAMPLES = 338;
const TRANSPARENCIES = [1, 2];

/** A count that no header would have; a damaged one must not be walked through. */
const MAX_SAMPLES = 65_535;

/** Bytes of a value by its type: only whole numbers are read. */
const SIZES: Readonly<Record<number, 1 | 2 | 4>> = { 1: 1, 3: 2, 4: 4 };

/**
 * For each channel beyond colour of the first picture in a TIFF whether it is transparency.
 *
 * @returns null for what is no TIFF, or says nothing of them.
 */
export function extraSamples(bytes: Uint8Array): readonly boolean[] | null {
  try {
    return readExtraSamples(bytes);
  } catch (error) {
    // The file ends within its directory, which the decoder tells.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function readExtraSamples(bytes: Uint8Array): readonly boolean[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const little = order === 0x4949;
  const version = view.getUint16(2, little);
  if (version !== 42 && version !== 43) return null;
  // BigTIFF is the same with longer numbers.
  const isBig = version === 43;
  const long = (at: number) => (isBig ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const directory = long(isBig ? 8 : 4);
  const entries = isBig ? long(directory) : view.getUint16(directory, little);
  const [head, size, counted, inline] = isBig ? [8, 20, 12, 8] : [2, 12, 8, 4];
  for (let at = directory + head, i = 0; i < entries; i++, at += size) {
    if (view.getUint16(at, little) !== EXTRA_SAMPLES) continue;
    const width = SIZES[view.getUint16(at + 2, little)];
    const count = long(at + 4);
    if (width === undefined || count > MAX_SAMPLES) return null;
    const start = width * count <= inline ? at + counted : long(at + counted);
    const values = Array.from({ length: count }, (_, k) => number(view, start + k * width, width, little));
    return values.map((value) => TRANSPARENCIES.includes(value));
  }
  return null;
}

function number(view: DataView, at: number, bytes: 1 | 2 | 4, little: boolean): number {
  if (bytes === 1) return view.getUint8(at);
  return bytes === 2 ? view.getUint16(at, little) : view.getUint32(at, little);
}
