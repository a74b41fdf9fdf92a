/**
 * @file Every error a user or a script can meet, with a stable code.
 *
 * The code is the contract; the sentence is for people and says what to do.
 */

import { type Facts, factsOf, foreignMessage, render, type Sentence, verbatim } from './sentence.ts';

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
  MESSAGE_INVALID: 'a message is no request of JSON-RPC 2.0, or holds more than it may',
  METHOD_UNKNOWN: 'there is no method of that name; rpc.discover lists those that there are',
  OPTION_INVALID: 'an option is unknown, out of range, or contradicts another',
  INVERSION_INVALID: 'a stored inversion is damaged, or belongs to another model or picture',
  DISK_FULL: 'there is no room left on the disk',
  WRITE_FAILED: 'a file cannot be written',
  CANCELLED: 'the user cancelled the work',
  ENGINE_FAILED: 'the runtime failed while loading or running a network',
  ENGINE_CRASHED:
    'the engine process died, for lack of memory or by a fault of the runtime; it has been restarted',
  MEMORY_SHORT: 'a job needs more memory than the budget allows, whatever is spared; nothing was started',
  MODEL_UNKNOWN: 'no model of that name is installed; models.list names those that are',
  IMAGE_UNKNOWN: 'the daemon has no picture of that hash: it was never put there, or has expired',
  INVERSION_UNKNOWN: 'there is no stored inversion of that id',
  JOB_UNKNOWN: 'there is no job of that id among those of this client',
  QUEUE_FULL: 'too many jobs are waiting',
  TIME_LIMIT: 'a job ran longer than the daemon allows',
  NOT_AUTHORISED: 'the connection has not said hello with a valid token, or the client may not do this',
  PAIRING_BUSY: 'too many others ask to be let in, so this request had to give way',
  PAIRING_FAILED: 'the pairing code is wrong, used up or has expired',
  RATE_LIMITED: 'the client sends more than it may',
  TRANSFER_FAILED: 'a picture was not transferred whole, or is not what its hash says',
  PROTOCOL_UNSUPPORTED: 'the client speaks another version of the protocol',
  CONNECTION_LOST: 'the connection to the daemon is gone, or never came about',
  DAEMON_UNPROVEN: 'what answers cannot prove that it is the daemon that the client is paired with',
  ALREADY_RUNNING: 'a daemon is running on this machine already',
  PORT_TAKEN: 'another program listens on every port that the daemon may use',
  DOWNLOAD_FAILED:
    'a model cannot be downloaded: the hub cannot be reached, refuses, or sent something else than it said',
  MODEL_GATED: 'a model can only be downloaded by those who have agreed to its terms',
  INTERNAL: 'a fault of the daemon; its log has more under the id that the message names',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Refuses texts that are put together: what goes into them has to be a fact of a sentence. */
type Literal<T extends string> = T extends string
  ? Record<never, 1> extends Record<T, 1>
    ? never
    : T
  : never;

/** An error with a stable code, its facts, and a sentence that tells the user what to do. */
export class PalimpsestError<const T extends string = never> extends Error {
  override readonly name = 'PalimpsestError';

  readonly code: ErrorCode;
  readonly sentence: Sentence;

  /** @param told a sentence; a plain text where it has no facts. */
  constructor(code: ErrorCode, told: Sentence | (T & Literal<T>), options?: { cause?: unknown }) {
    const sentence = typeof told === 'string' ? verbatim(told) : told;
    super(render(sentence, 'here'), options);
    this.code = code;
    this.sentence = sentence;
  }

  /** For programs on this machine; of an error that came over the wire, what the daemon told. */
  get facts(): Facts {
    return factsOf(this.sentence, 'here');
  }
}

/** Any error as a sentence: what is none of ours has words that only this machine is told. */
export const asSentence = (error: unknown): Sentence =>
  error instanceof PalimpsestError
    ? error.sentence
    : { template: '{reason}', facts: { reason: foreignMessage(error) } };
