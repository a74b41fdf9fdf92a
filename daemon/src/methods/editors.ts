/** @file The table of editors: one line for each method. */

import { EditOptions, PalimpsestError, sentence } from '@palimpsest/protocol';
import type { Editor, EditorName } from './editor.ts';
import type { InversionName } from './inversion.ts';
import { INVERSIONS } from './inversions.ts';
import { MASA_CTRL } from './masaCtrl.ts';
import { P2P, P2PLUS } from './p2plus.ts';
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

/** Options that every edit has, whatever edits. */
export const COMMON_OPTIONS: readonly (keyof EditOptions)[] = ['editor', 'feather', 'context'];

/**
 * The editor of an edit.
 *
 * @throws {PalimpsestError} OPTION_INVALID when it is not defined on the inversion, or an option is set that it does
 *   not take.
 */
export function editorFor(options: EditOptions, inversion: InversionName): Editor {
  const editor = EDITORS[options.editor];
  const { title, notOn, gates, parameters } = editor;
  const reason = notOn[inversion];
  if (reason !== undefined) {
    const others = Object.keys(INVERSIONS).filter((name) => !(name in notOn));
    throw new PalimpsestError(
      'OPTION_INVALID',
      sentence`${{ editor: title }} is not defined on ${{ inversion: INVERSIONS[inversion].title }}: ${{ reason }} Take one of these inversions: ${{ others }}.`,
    );
  }
  const taken: readonly string[] = [...COMMON_OPTIONS, ...gates, ...parameters];
  const defaults: Readonly<Record<string, unknown>> = EditOptions.parse({});
  for (const [name, value] of Object.entries(options)) {
    if (taken.includes(name) || JSON.stringify(value) === JSON.stringify(defaults[name])) continue;
    throw new PalimpsestError(
      'OPTION_INVALID',
      sentence`${{ editor: title }} does not take ${{ option: name }}: leave it out, or choose another editor. ${{ editor: title }} takes ${{ taken }}.`,
    );
  }
  return editor;
}
