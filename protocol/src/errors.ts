/**
 * @file Every error a user or a script can meet, with a stable code.
 *
 * The code is the contract; the sentence is for people and says what to do.
 */

/** Stable error codes, each with the situation that raises it. */
export const ERROR_CODES = {
  MODEL_FOLDER_INVALID: 'the model folder is missing, or lacks a file that the model needs',
  CONFIG_UNSUPPORTED: 'a model config holds a key or value that the engine cannot build',
  WEIGHT_MISSING: 'a weight that the network needs is not in the checkpoint',
  WEIGHT_INVALID: 'a weight file is truncated, damaged, or holds a tensor of the wrong shape or type',
  IMAGE_ENCODER_MISSING: 'the chosen inversion needs a CLIP vision encoder and the model folder has none',
  PROMPT_TOO_LONG: 'a prompt has more tokens than the text encoder takes',
  WORD_NOT_FOUND: 'a named word does not occur in the prompt',
  PROMPTS_MISALIGNED: 'the two prompts cannot be aligned for the chosen edit',
  PICTURE_UNREADABLE: 'a picture cannot be read or decoded',
  PICTURE_TOO_SMALL: 'a picture has too few pixels to edit',
  PICTURE_TOO_LARGE: 'a picture has more pixels than can be edited',
  OPTION_INVALID: 'an option is unknown, out of range, or contradicts another',
  INVERSION_INVALID: 'a stored inversion is damaged, or belongs to another model or picture',
  DISK_FULL: 'there is no room left on the disk',
  WRITE_FAILED: 'a file cannot be written',
  CANCELLED: 'the user cancelled the work',
  ENGINE_FAILED: 'the runtime failed while loading or running a network',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error with a stable code and a sentence that tells the user what to do. */
export class PalimpsestError extends Error {
  override readonly name = 'PalimpsestError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
