/** @file What one client may cost the daemon, and how long it may take. Times are in ms. */

import { MAX_TRANSFER_BYTES, MAX_TRANSFERS } from '@palimpsest/protocol';

export const LIMITS = {
  /** Sockets in all: fifty clients, twice over. */
  connections: 128,
  /** Sockets that have not said hello. */
  strangers: 32,
  /** Messages that a stranger may send: pairing takes eight at most. */
  strangerMessages: 12,
  /** Requests of one client: so many at once, and so many a second. */
  burst: 200,
  requestsPerSecond: 100,
  /** Requests of one connection that are being answered. */
  inFlight: 64,
  /** Refusals before a connection that does not listen is closed. */
  refusals: 100,
  /** Pictures on their way over one connection, and their bytes together. */
  transfers: MAX_TRANSFERS,
  transferBytes: MAX_TRANSFER_BYTES,
  /** Bytes on their way over all connections together. */
  allTransferBytes: 256 * 2 ** 20,
  /** Previews are dropped while so much waits in a socket; in bytes. */
  previewBacklog: 2 ** 20,
  /** A socket in which more waits is ended; in bytes. */
  backlog: 16 * 2 ** 20,
  /** Values within values in a message. */
  depth: 32,
  /** Of one HTTP request's header, in bytes. */
  headerBytes: 8 * 1024,
} as const;

export interface Timings {
  /** From connecting to hello. */
  readonly hello: number;
  /** Between two pings; a connection that has not answered the last one is ended. */
  readonly heartbeat: number;
  /** For the header of an HTTP request. */
  readonly header: number;
  /** Without a frame, a transfer is given up. */
  readonly transfer: number;
  /** Between two progress notifications of a job. */
  readonly progress: number;
}

export const TIMINGS: Timings = {
  hello: 5_000,
  heartbeat: 30_000,
  header: 5_000,
  transfer: 30_000,
  progress: 100,
};
