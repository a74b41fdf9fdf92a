/** @file How many pictures a file holds: an animation's frames, or a document's pages. */

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Length, name and checksum. */
const CHUNK_BYTES = 12;

/**
 * The frames that an animated PNG names before its pixels, which the decoder does not tell; 1 for all other files.
 *
 * @param bytes of a file of any format.
 */
export function framesOfPng(bytes: Uint8Array): number {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!file.subarray(0, PNG.length).equals(PNG)) return 1;
  for (let at = PNG.length; at + CHUNK_BYTES <= file.length; at += CHUNK_BYTES + file.readUInt32BE(at)) {
    const name = file.toString('latin1', at + 4, at + 8);
    if (name === 'acTL') return file.readUInt32BE(at + 8);
    if (name === 'IDAT') return 1;
  }
  return 1;
}
