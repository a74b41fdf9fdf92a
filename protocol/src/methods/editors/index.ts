/** @file Every method of editing; the daemon's side of each is in daemon/src/methods/. */

import { masaCtrl } from './masaCtrl.ts';
import { p2p } from './p2p.ts';
import { p2plus } from './p2plus.ts';
import { pix2pixZero } from './pix2pixZero.ts';
import { plugAndPlay } from './plugAndPlay.ts';
import { sdedit } from './sdedit.ts';
import { wordSwap } from './wordSwap.ts';

export const EDIT_METHODS = { p2plus, p2p, masaCtrl, plugAndPlay, pix2pixZero, wordSwap, sdedit };
export type EditorName = keyof typeof EDIT_METHODS;

/** Where nobody says otherwise. */
export const USUAL_EDITOR = 'p2plus' satisfies EditorName;
