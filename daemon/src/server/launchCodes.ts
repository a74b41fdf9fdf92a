/** @file Codes for the link that the daemon prints: 128 bits, valid for ten minutes and one use. */

import { randomBytes } from 'node:crypto';
import { PalimpsestError } from '@palimpsest/protocol';

const LIFE = 10 * 60_000;

export class LaunchCodes {
  /** With when they expire, in ms since 1970. */
  private readonly codes = new Map<string, number>();

  make(): string {
    const code = randomBytes(16).toString('hex');
    this.codes.set(code, Date.now() + LIFE);
    return code;
  }

  /** @throws {PalimpsestError} PAIRING_FAILED when the code is none, or was used. */
  redeem(code: string): void {
    const expiresAt = this.codes.get(code) ?? 0;
    this.codes.delete(code);
    if (expiresAt > Date.now()) return;
    throw new PalimpsestError(
      'PAIRING_FAILED',
      'This link has been used or is too old. Pair with a code instead, or start the daemon again for a new link.',
    );
  }
}
