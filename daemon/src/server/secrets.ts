/** @file Secrets: made from a good source, kept as hashes, compared in constant time. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits, as the protocol's tokens are. */
export const newToken = (): string => randomBytes(32).toString('hex');

/** Names of things that are no secrets. */
export const newId = (): string => randomBytes(9).toString('base64url');

/** What is kept of a token: it cannot be turned back. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Whether two digests in hex are the same; takes as long where they are not. */
export function sameDigest(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  // timingSafeEqual asks for one length, which digests have.
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Whether two texts are the same; takes as long where they are not. */
export function sameSecret(a: string, b: string): boolean {
  return sameDigest(hashToken(a), hashToken(b));
}
