/** @file What the sandbox refuses, as an error that the panel can show. */

import type { HostErrorCode } from '@palimpsest/sdk/host-data';

/** Becomes a HostError on the panel's side. */
export class Refusal extends Error {
  readonly code: HostErrorCode;

  constructor(code: HostErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export const layerGone = (): Refusal => new Refusal('LAYER_GONE', 'The layer is gone. Select another one.');
