/** @file Errors as sentences for the person in front of the panel: what happened, and what to do. */

import { type ErrorCode, PalimpsestError, ParamsError } from '@palimpsest/protocol';
import { HostError } from './editorHost.ts';

const DAMAGED =
  'The model is incomplete or damaged. Choose another one under Advanced, or download it again; “palimpsest doctor” says more.';

/** Where the daemon's own sentence speaks to somebody at a terminal. The others are shown as they are. */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  IMAGE_ENCODER_MISSING:
    'This model cannot learn pictures faithfully: its folder has no image encoder. Choose “Quick”, or another model.',
  MODEL_FOLDER_INVALID: DAMAGED,
  WEIGHT_MISSING: DAMAGED,
  WEIGHT_INVALID: DAMAGED,
  PROMPTS_MISALIGNED:
    'Words can be swapped one for one only where both descriptions have as many. Choose “as the words say” instead.',
  ENGINE_FAILED: 'The engine failed during the edit. Try again; if it fails again, choose another model.',
  CONNECTION_LOST: 'Palimpsest does not answer any more. Start it again; the panel reconnects by itself.',
  NOT_AUTHORISED: 'Palimpsest no longer knows this panel. Connect it again.',
  DAEMON_UNPROVEN:
    'Another program answers in Palimpsest’s place. It was told nothing. Close it, and start Palimpsest again.',
  ENGINE_CRASHED: 'The engine ran out of memory or failed. Try a smaller layer, or close other programs.',
  MEMORY_SHORT:
    'This needs more memory than Palimpsest may take. Choose “Quick”, a smaller size under Advanced, or a smaller layer.',
  QUEUE_FULL: 'Too many edits are waiting. Let some finish, or cancel some.',
  RATE_LIMITED: 'Too many requests at once. Wait a moment, and try again.',
  MODEL_UNKNOWN: 'The model is not installed any more. Choose another one under Advanced.',
  IMAGE_UNKNOWN: 'Palimpsest has forgotten the picture. Make the edit again from its layer.',
  CANCELLED: 'Cancelled.',
  INTERNAL: 'Something went wrong inside Palimpsest. Try again; its log says more.',
};

/** What fails in the same way once more, whatever is done outside of the order. */
const LASTING: readonly ErrorCode[] = [
  ...(['MODEL_FOLDER_INVALID', 'CONFIG_UNSUPPORTED', 'WEIGHT_MISSING', 'WEIGHT_INVALID'] as const),
  ...(['IMAGE_ENCODER_MISSING', 'PROMPT_TOO_LONG', 'WORD_NOT_FOUND', 'PROMPTS_MISALIGNED'] as const),
  ...(['PICTURE_UNREADABLE', 'PICTURE_TOO_SMALL', 'PICTURE_TOO_LARGE', 'OPTION_INVALID'] as const),
  ...(['MEMORY_SHORT', 'MODEL_UNKNOWN', 'NOT_AUTHORISED', 'PROTOCOL_UNSUPPORTED'] as const),
];

/** Whether trying again is pointless: the layer is gone, or the order is what is wrong. */
export const isLasting = (error: unknown): boolean =>
  (error instanceof PalimpsestError && LASTING.includes(error.code)) ||
  (error instanceof HostError && error.code === 'LAYER_GONE');

/** Whether an error only says that the person has stopped the work. */
export const isCancelled = (error: unknown): boolean =>
  (error instanceof PalimpsestError && error.code === 'CANCELLED') ||
  (error instanceof Error && error.name === 'AbortError');

/** What to tell the person. */
export function sentenceOf(error: unknown): string {
  if (isCancelled(error)) return 'Cancelled.';
  if (error instanceof ParamsError) return ofParams(error);
  if (error instanceof PalimpsestError) return SENTENCES[error.code] ?? error.message;
  if (error instanceof HostError) return error.message;
  return `Something unexpected happened (${error instanceof Error ? error.message : String(error)}). Try again.`;
}

/** What is a whole sentence needs no name of a param, which means nothing to a person. */
function ofParams({ faults, message }: ParamsError): string {
  const [told = ''] = faults.map((fault) => fault.message);
  return told.endsWith('.') ? told : message;
}
