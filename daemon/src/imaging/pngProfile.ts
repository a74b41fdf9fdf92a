/** @file A colour profile in a PNG. */

import { crc32, deflateSync } from 'node:zlib';

/** Of the signature and the header, which come first in every PNG. */
const HEADER_BYTES = 8 + 25;

/** A PNG with a colour profile that its numbers are in already. Its encoder would change them. */
export function attachProfile(png: Uint8Array, icc: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from('iCCPicc\0\0', 'latin1'), deflateSync(icc)]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return Buffer.concat([png.subarray(0, HEADER_BYTES), chunk, png.subarray(HEADER_BYTES)]);
}
