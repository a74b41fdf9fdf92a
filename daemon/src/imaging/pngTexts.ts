/**
 * @file What a PNG holds beside its pixels. Texts are packed, and the decoder unpacks and keeps them all: 400 kB become
 * gigabytes. So what it does not need for the pixels is left out before it sees the file.
 */

import { inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Length, name and checksum. */
const FRAME_BYTES = 12;

/** A chunk's name as a number: there may be millions of them. */
const nameOf = (letters: string): number => Buffer.from(letters).readUInt32BE();

/** Beside those that every decoder has to know, what says how the pixels are meant; none of it is packed but the profile. */
const NEEDED: ReadonlySet<number> = new Set(
  'tRNS cHRM gAMA sRGB cICP sBIT pHYs bKGD eXIf'.split(' ').map(nameOf),
);
const PROFILE = nameOf('iCCP');
const END = nameOf('IEND');

/** A small first letter: who does not know such a chunk can show the picture all the same. */
const ANCILLARY = 0x2000_0000;

/** Unpacked. Profiles with large tables, of scanners, have two or three megabytes. */
const MAX_PROFILE_BYTES = 8 * 2 ** 20;

/**
 * A PNG without texts and other things that its pixels do not need, and what is no PNG as it is. Of profiles the first is
 * kept, if it unpacks to at most 8 MiB. What is damaged stays so, for the decoder to tell.
 */
export function withoutTexts(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!file.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return bytes;
  // Copied at once, for what is kept may lie in millions of pieces.
  let lean: Buffer | null = null;
  let length = 0;
  let from = 0;
  const keepUntil = (end: number): Buffer => {
    lean ??= Buffer.allocUnsafe(file.length);
    length += file.copy(lean, length, from, end);
    return lean;
  };
  let at = SIGNATURE.length;
  let hasProfile = false;
  while (at + FRAME_BYTES <= file.length) {
    const next = at + FRAME_BYTES + file.readUInt32BE(at);
    const name = file.readUInt32BE(at + 4);
    const isNeeded =
      name === PROFILE
        ? !hasProfile && isBounded(file.subarray(at + 8, next - 4))
        : (name & ANCILLARY) === 0 || NEEDED.has(name);
    hasProfile ||= name === PROFILE;
    if (!isNeeded) {
      keepUntil(at);
      // The last may say that it goes on beyond the end.
      from = Math.min(next, file.length);
    }
    at = next;
    if (name === END) break;
  }
  return lean === null ? bytes : keepUntil(file.length).subarray(0, length);
}

/** @param profile its name, a zero, the number of the packing, and the packed profile. */
function isBounded(profile: Buffer): boolean {
  try {
    inflateSync(profile.subarray(profile.indexOf(0) + 2), { maxOutputLength: MAX_PROFILE_BYTES });
    return true;
  } catch {
    // Damaged ones are passed over by the decoder, too.
    return false;
  }
}
