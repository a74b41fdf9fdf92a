/**
 * @file What cannot be done together, as far as it is known without a model: every door refuses it, before a job is made of
 * it; and a job that was kept from before then fails by the same sentence.
 */

import type { Chosen, Part } from './lackOf.ts';
import { EDIT_METHODS, type EditorName } from './methods/editors/index.ts';
import { INVERSION_METHODS, type InversionName } from './methods/inversions/index.ts';
import { type InversionOptions, inversionMethodOf, type OptionName } from './options.ts';
import { named, oneOf, type Sentence, sentence, verbatim } from './sentence.ts';

/** An option that cannot be as it is beside the others. */
export interface Contradiction {
  readonly part: Part;
  readonly option: OptionName;
  readonly sentence: Sentence;
}

/** Of what is chosen, all that cannot be. */
export const contradictionsIn = ({ inversion, edit, style }: Chosen): Contradiction[] =>
  [
    ofInversion(inversion),
    edit === undefined ? null : editorContradiction(edit.editor, inversionMethodOf(inversion)),
    style === undefined ? null : ofStyle(inversion),
  ].filter((found) => found !== null);

const titled = (method: InversionName) => named(method, INVERSION_METHODS[method].title);

function ofInversion(inversion: InversionOptions): Contradiction | null {
  const { mode, steps } = inversion;
  const method = inversionMethodOf(inversion);
  const byMode = inversionMethodOf({ mode });
  if (mode !== undefined && method !== byMode) {
    const told = sentence`mode "${{ mode }}" stands for the method ${{ byMode }}, so it cannot come with the method ${{ method }}. Leave one of them out.`;
    return { part: 'inversion', option: 'method', sentence: told };
  }
  const { fewestSteps } = INVERSION_METHODS[method];
  if (steps >= fewestSteps) return null;
  const told = sentence`${{ method: titled(method) }} needs at least ${{ least: fewestSteps }} steps, not ${{ steps }}.`;
  return { part: 'inversion', option: 'steps', sentence: told };
}

/** Of an editor on an inversion; null where it is defined there. */
export function editorContradiction(editor: EditorName, inversion: InversionName): Contradiction | null {
  const { notOn, title } = EDIT_METHODS[editor];
  const reason = notOn[inversion];
  if (reason === undefined) return null;
  const others = Object.keys(INVERSION_METHODS).filter((name) => !(name in notOn));
  const told = sentence`${{ editor: named(editor, title) }} is not defined on ${{ inversion: titled(inversion) }}: ${{ reason: verbatim(reason) }} Take one of these inversions: ${{ choices: oneOf(others) }}.`;
  return { part: 'edit', option: 'editor', sentence: told };
}

/** The style is what StyleDiffusion learns of the values. */
function ofStyle(inversion: InversionOptions): Contradiction | null {
  const method = inversionMethodOf(inversion);
  const { learn, mode } = inversion;
  if (method === 'styleDiffusion' && learn !== 'keys') return null;
  const told = sentence`Style transfer takes the values that ${{ needed: titled('styleDiffusion') }} learns of the style picture. Leave method, mode and learn as they are.`;
  const option = method === 'styleDiffusion' ? 'learn' : mode === undefined ? 'method' : 'mode';
  return { part: 'inversion', option, sentence: told };
}
