/** @file The table of editors: one line for each method. */

import {
  EDIT_METHODS,
  type EditOptions,
  type EditorName,
  editorContradiction,
  type InversionName,
  ownValues,
  PalimpsestError,
} from '@palimpsest/protocol';
import type { Editor, ResolvedEdit } from './editor.ts';
import { MASA_CTRL } from './masaCtrl.ts';
import { P2P } from './p2p.ts';
import { P2PLUS } from './p2plus.ts';
import { PIX2PIX_ZERO } from './pix2pixZero.ts';
import { PLUG_AND_PLAY } from './plugAndPlay.ts';
import { SDEDIT } from './sdedit.ts';
import { WORD_SWAP } from './wordSwap.ts';

export const EDITORS: Readonly<Record<EditorName, Editor>> = {
  p2plus: P2PLUS,
  p2p: P2P,
  masaCtrl: MASA_CTRL,
  plugAndPlay: PLUG_AND_PLAY,
  pix2pixZero: PIX2PIX_ZERO,
  wordSwap: WORD_SWAP,
  sdedit: SDEDIT,
};

/** The options that the editor heeds, with its own defaults filled in. */
export function resolveEdit({ editor, ...given }: EditOptions): ResolvedEdit {
  return { editor, ...ownValues(EDIT_METHODS[editor].options, given) } as ResolvedEdit;
}

/** @throws {PalimpsestError} OPTION_INVALID when the editor is not defined on the inversion. */
export function editorFor({ editor }: Pick<EditOptions, 'editor'>, inversion: InversionName): Editor {
  const found = editorContradiction(editor, inversion);
  if (found !== null) throw new PalimpsestError('OPTION_INVALID', found.sentence);
  return EDITORS[editor];
}
