/** @file The one way from a picture's file to the decoder. */

import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { withoutTexts } from './pngTexts.ts';

/**
 * A file's bytes for the decoder, without what it would unpack beside the pixels.
 *
 * @param bytes of a file of any format.
 */
export const openPicture = (bytes: Uint8Array, reading: SharpOptions): Sharp =>
  sharp(withoutTexts(bytes), reading);
