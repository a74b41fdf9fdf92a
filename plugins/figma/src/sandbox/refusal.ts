/** @file What the sandbox refuses, as an error that the panel can show. */

import type { ErrorCode } from '../messages.ts';

/** Becomes a HostError on the panel's side. */
export class Refusal extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export const layerGone = (): Refusal => new Refusal('LAYER_GONE', 'The layer is gone. Select another one.');
