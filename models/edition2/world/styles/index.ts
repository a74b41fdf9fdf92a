/** @file The painter of each style. */
import type { Style } from '../vocabulary.ts';
import { clay } from './clay.ts';
import type { StyleOf } from './compose.ts';
import { flat } from './flat.ts';
import { mosaic } from './mosaic.ts';
import { pencil } from './pencil.ts';
import { watercolor } from './watercolor.ts';

export const STYLE_OF: Readonly<Record<Style, StyleOf>> = { flat, watercolor, pencil, mosaic, clay };
