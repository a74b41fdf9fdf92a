/** @file Who sent a request, as handlers see it. */

import type { ClientInfo, Handshake } from '@palimpsest/protocol';
import type { RequestId } from './framer.ts';
import type { Ending } from './pairing.ts';
import type { Share } from './share.ts';

/** Which token a caller says it has, and the numbers that its proof is made from. */
export interface Challenge {
  readonly key: string;
  readonly handshake: Handshake;
}

export interface Caller {
  /** null until hello. */
  readonly client: ClientInfo | null;
  /** What it may cost, with all other connections of the client; null until hello. */
  readonly share: Share | null;
  /** What it was told by hello.prove, until it says hello. */
  challenge: Challenge | null;
  /** Where the connection comes from, for the log: an origin, or PROGRAM. */
  readonly origin: string;
  /** What its browser calls itself. */
  readonly agent: string;
  /** Ids of the requests that are being answered. */
  readonly inFlight: Set<RequestId>;
  /** Aborted when the connection is closed: nobody waits for what was being answered. */
  readonly gone: AbortSignal;
  /** Closes the connection when there are too many. */
  countRefusal(): void;
  /**
   * It has said hello.
   *
   * @throws {PalimpsestError} RATE_LIMITED when too many are connected.
   */
  greet(client: ClientInfo): void;
  /** Closes the connection after the answer, for not being authorised. */
  turnAway(reason: string): void;
  /** It waits for its turn to be let in, and then for a person to type in a code: longer than for hello. */
  beginPairing(): void;
  /** How many others wait with it. */
  tellWaiting(others: number): void;
  /** It waits no more. */
  endPairing(why: Ending | 'refused'): void;
  /** Whether to send it previews of that job. */
  setPreview(job: string, on: boolean): void;
}

/** The client of a caller of a method that strangers cannot call. */
export function clientOf({ client }: Caller): ClientInfo {
  if (client === null) throw new Error('a method for clients was called by a stranger');
  return client;
}

/** What a caller of such a method may cost. */
export function shareOf({ share }: Caller): Share {
  if (share === null) throw new Error('a method for clients was called by a stranger');
  return share;
}
